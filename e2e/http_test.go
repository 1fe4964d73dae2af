package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/api/auth"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/store/blob"
)

// blobs is the evidence store as the API knows it.
type blobs struct{ *blob.Store }

func (b blobs) Open(_ context.Context, caseID, sha256 string) (io.ReadCloser, error) {
	return b.Store.Open(caseID, sha256)
}

// caller is somebody with a token.
type caller struct {
	t     *testing.T
	s     *stack
	token string
	id    string
}

// as makes a caller of the role.
func (s *stack) as(t *testing.T, role dispute.Role, id string) caller {
	t.Helper()
	token, err := auth.MintDevToken(tokenKey, id, role, time.Hour)
	require.NoError(t, err)
	return caller{t: t, s: s, token: token, id: id}
}

// reply is an answer of the API.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// view is a case as the API shows it.
type view struct {
	dispute.Case
	Gate           dispute.Gate     `json:"gate"`
	AllowedActions []dispute.Action `json:"allowed_actions"`
}

func (r reply) decode(t *testing.T, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(r.body, v), "%s", r.body)
}

// do sends a request; a write gets a fresh idempotency key unless header has one.
func (c caller) do(method, path string, body any, header ...string) reply {
	c.t.Helper()
	r, err := c.try(method, path, body, header...)
	require.NoError(c.t, err)
	return r
}

func (c caller) try(method, path string, body any, header ...string) (reply, error) {
	var content io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case upload:
		content, kind = b.body, b.contentType
	case []byte:
		content = bytes.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			return reply{}, err
		}
		content = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.s.url+path, content)
	if err != nil {
		return reply{}, err
	}
	if content != nil {
		req.Header.Set("Content-Type", kind)
	}
	if method != http.MethodGet {
		req.Header.Set("Idempotency-Key", uuid.NewString())
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	return reply{status: res.StatusCode, header: res.Header, body: data}, err
}

// must is do that insists on a status and decodes a case.
func (c caller) must(status int, method, path string, body any, header ...string) view {
	c.t.Helper()
	r := c.do(method, path, body, header...)
	require.Equal(c.t, status, r.status, "%s %s: %s", method, path, r.body)
	var v view
	r.decode(c.t, &v)
	return v
}

// opening is the body of POST /v1/cases.
type opening map[string]any

func returnOf(o dispute.OrderFacts, reason dispute.Reason, lines ...dispute.Line) opening {
	if len(lines) == 0 {
		lines = []dispute.Line{{LineID: o.Lines[0].LineID, Quantity: 1}}
	}
	return opening{"shop_id": "shop-1", "kind": "return", "reason": reason, "order_id": o.OrderID, "lines": lines}
}

func (c caller) open(o opening) view {
	c.t.Helper()
	return c.must(http.StatusCreated, http.MethodPost, "/v1/cases", o)
}

func (c caller) get(id string) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodGet, "/v1/cases/"+id, nil)
}

// tick is how often a test looks again for what it waits for.
const tick = 30 * time.Millisecond

// wait looks again and again, in the test's own goroutine, until what is wanted has
// come about.
func wait(t *testing.T, what string, come func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	again := time.NewTicker(tick)
	defer again.Stop()
	for !come() {
		if time.Now().After(deadline) {
			require.FailNow(t, "it never came about: "+what)
		}
		<-again.C
	}
}

// await waits until the case is as wanted.
func (c caller) await(id, what string, want func(view) bool) view {
	c.t.Helper()
	var v view
	wait(c.t, "case "+id+" "+what, func() bool {
		v = c.get(id)
		return want(v)
	})
	return v
}

func (c caller) awaitStage(id string, stage dispute.Stage) view {
	c.t.Helper()
	return c.await(id, "reached stage "+string(stage), func(v view) bool { return v.Stage == stage })
}

// awaitOffer waits for an open offer.
func (c caller) awaitOffer(id string) view {
	c.t.Helper()
	return c.await(id, "had an open offer", func(v view) bool { return (&v).OpenOffer() != nil })
}

func (c caller) accept(id string) view {
	c.t.Helper()
	offered := c.awaitOffer(id)
	offer := offered.OpenOffer()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/offers/"+offer.ID+"/response", map[string]any{"action": "accept"})
}

// awaitLeg waits for a leg of the type in the state.
func (c caller) awaitLeg(id string, t dispute.LegType, state dispute.LegState) dispute.Leg {
	c.t.Helper()
	var found dispute.Leg
	c.await(id, fmt.Sprintf("had a %s leg in state %s", t, state), func(v view) bool {
		for _, l := range v.Legs {
			if l.Type == t && l.State == state {
				found = l
				return true
			}
		}
		return false
	})
	return found
}

// upload is a multipart body.
type upload struct {
	body        io.Reader
	contentType string
}

func multipartOf(t *testing.T, kind, name string, data []byte) upload {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	require.NoError(t, w.WriteField("type", kind))
	f, err := w.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = f.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return upload{body: &b, contentType: w.FormDataContentType()}
}

// picture is a real JPEG; the seed makes it one of its own.
func picture(t *testing.T, seed uint8) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 32, 32))
	for i := range 32 {
		img.Set(i, i, color.RGBA{R: seed, G: uint8(8 * i), A: 255})
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

// supply gives the photo and the statement that the notice asks for.
func (c caller) supply(id string) {
	c.t.Helper()
	photo := c.do(http.MethodPost, "/v1/cases/"+id+"/evidence", multipartOf(c.t, "photo", "box.jpg", picture(c.t, 1)))
	require.Equal(c.t, http.StatusCreated, photo.status, "%s", photo.body)
	text := c.do(http.MethodPost, "/v1/cases/"+id+"/evidence", map[string]any{"type": "statement", "text": "The box was crushed."})
	require.Equal(c.t, http.StatusCreated, text.status, "%s", text.body)
}

// entry is a timeline entry as the API shows it.
type entry struct {
	dispute.RecordedEntry
}

func (c caller) timeline(id string) []entry {
	c.t.Helper()
	r := c.do(http.MethodGet, "/v1/cases/"+id+"/timeline?limit=200", nil)
	require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
	var page struct {
		Items []entry `json:"items"`
	}
	r.decode(c.t, &page)
	return page.Items
}

func eventTypes(entries []entry) []dispute.EventType {
	var all []dispute.EventType
	for _, e := range entries {
		all = append(all, e.Type)
	}
	return all
}

// order makes an order in the sandbox: two cups at 50.00, a lamp at 80.00,
// shipping at 10.00, delivered two days ago.
func (s *stack) order(t *testing.T, customer string, change ...func(*partners.NewOrder)) dispute.OrderFacts {
	t.Helper()
	delivered := time.Now().UTC().Add(-48 * time.Hour)
	n := partners.NewOrder{
		CustomerID: customer, DeliveredAt: &delivered, ShippingPaid: 1000,
		Lines: []dispute.OrderLine{{LineID: "cup", SKU: "sku-cup", Quantity: 2, Paid: 10000}, {LineID: "lamp", SKU: "sku-lamp", Quantity: 1, Paid: 8000}},
	}
	for _, f := range change {
		f(&n)
	}
	o, err := s.box.CreateOrder(t.Context(), n)
	require.NoError(t, err)
	return o
}

// effects lists what a partner's ledger says happened for a case.
func (s *stack) effects(t *testing.T, k partners.Kind, caseID, kind string) []partners.Entry {
	t.Helper()
	all, err := s.box.Ledger(t.Context(), k, partners.Filter{CaseID: caseID, Kind: kind})
	require.NoError(t, err)
	return all
}

// customer makes a customer of their own.
func (s *stack) customer(t *testing.T) caller {
	t.Helper()
	return s.as(t, dispute.RoleCustomer, "cust-"+uuid.NewString()[:8])
}

func (s *stack) agent(t *testing.T) caller      { return s.as(t, dispute.RoleAgent, "agent-1") }
func (s *stack) supervisor(t *testing.T) caller { return s.as(t, dispute.RoleSupervisor, "super-1") }

func escaped(key string) string { return url.PathEscape(key) }

// awaitNotices waits until the channel has delivered the milestone n times for
// the case, and insists that it is not more.
func (s *stack) awaitNotices(t *testing.T, caseID string, m dispute.Milestone, n int) {
	t.Helper()
	count := func() int {
		got := 0
		for _, e := range s.effects(t, partners.Notify, caseID, "notice.delivered") {
			var notice struct {
				Milestone dispute.Milestone `json:"milestone"`
			}
			if json.Unmarshal(e.Data, &notice) == nil && notice.Milestone == m {
				got++
			}
		}
		return got
	}
	wait(t, fmt.Sprintf("case %s had %d notices %s", caseID, n, m), func() bool { return count() >= n })
	require.Equal(t, n, count(), "notice %s", m)
}
