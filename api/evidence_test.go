package api

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// form is a multipart body of the given parts; a part named file is a file.
func form(t *testing.T, parts ...[2]string) (io.Reader, map[string]string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, p := range parts {
		var part io.Writer
		var err error
		if p[0] == "file" {
			part, err = w.CreateFormFile("file", "../secret/damage of Li Na.jpg")
		} else {
			part, err = w.CreateFormField(p[0])
		}
		require.NoError(t, err)
		_, err = io.WriteString(part, p[1])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return &body, map[string]string{"Content-Type": w.FormDataContentType()}
}

func evidenceCall(t *testing.T, key string, parts ...[2]string) call {
	t.Helper()
	body, header := form(t, parts...)
	return call{method: "POST", path: "/v1/cases/case_mine/evidence", as: dispute.RoleCustomer, key: key, body: body, header: header}
}

func picture(t *testing.T, encode func(io.Writer, image.Image) error) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8))))
	return b.String()
}

// files are the beginnings of real files.
func files(t *testing.T) map[string]string {
	return map[string]string{
		"jpeg": picture(t, func(w io.Writer, i image.Image) error { return jpeg.Encode(w, i, nil) }),
		"png":  picture(t, png.Encode),
		"webp": "RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00" + strings.Repeat("\x00", 24),
		"heic": "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + strings.Repeat("\x00", 32),
		"pdf":  "%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n",
		"text": "The parcel was wet when it came.\n",
		"mp4":  "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42" + strings.Repeat("\x00", 64),
		"csv":  "date,event\n2026-01-01,packed\n2026-01-02,sent\n",
		"exe":  "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + strings.Repeat("\x00", 64),
		"zip":  "PK\x03\x04\x14\x00\x00\x00\x08\x00" + strings.Repeat("\x00", 64),
		"html": "<!DOCTYPE html><html><script>alert(1)</script></html>",
		"svg":  `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"gif":  "GIF89a\x01\x00\x01\x00" + strings.Repeat("\x00", 16),
	}
}

func TestEvidenceTypes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		file, media string // "" for refused
	}{
		{"jpeg", "image/jpeg"}, {"png", "image/png"}, {"webp", "image/webp"}, {"heic", "image/heic"}, {"pdf", "application/pdf"},
		{"text", plainText}, {"csv", plainText}, {"mp4", "video/mp4"}, {"exe", ""}, {"zip", ""}, {"html", ""}, {"svg", ""}, {"gif", ""},
	} {
		t.Run(tc.file, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			content := files(t)[tc.file]
			a := b.do(evidenceCall(t, "k", [2]string{"type", "photo"}, [2]string{"file", content}))
			if tc.media == "" {
				a.status(http.StatusUnsupportedMediaType).code(dispute.CodeMediaType)
				require.Empty(t, b.blobs.bytes)
				return
			}
			a.status(http.StatusCreated)
			item := b.store.evidence["case_mine"][0]
			require.Equal(t, tc.media, item.MediaType)
			require.Equal(t, int64(len(content)), item.Size)
			require.Equal(t, dispute.EvidencePhoto, item.Type)
			require.Equal(t, "damage of Li Na.jpg", b.store.names[item.ID])
			require.NotContains(t, a.Body.String(), "Li Na", "a file name is personal")

			get := call{method: "GET", path: a.Header().Get("Location"), as: dispute.RoleCustomer}
			d := b.do(get).status(200)
			require.Equal(t, content, d.Body.String())
			require.Equal(t, tc.media, d.Header().Get("Content-Type"))
			require.Equal(t, "nosniff", d.Header().Get("X-Content-Type-Options"))
			require.True(t, strings.HasPrefix(d.Header().Get("Content-Disposition"), "attachment"))
			get.who = "cus_2"
			b.do(get).status(404).code(dispute.CodeNotFound)
		})
	}
}

func TestEvidenceText(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := call{method: "POST", path: "/v1/cases/case_mine/evidence", as: dispute.RoleCustomer, key: "k", body: map[string]any{"type": "statement", "text": "<b>broken</b>"}}
	b.do(c).status(http.StatusUnsupportedMediaType)
	c.key, c.body = "k2", map[string]any{"type": "statement", "text": "It is broken."}
	a := b.do(c).status(http.StatusCreated)
	require.Equal(t, "true", b.do(c).status(http.StatusCreated).Header().Get("Idempotent-Replayed"))
	require.Equal(t, "It is broken.", b.do(call{method: "GET", path: a.Header().Get("Location"), as: dispute.RoleAgent}).status(200).Body.String())
	c.key, c.body = "k3", map[string]any{"type": "Not A Word", "text": "x"}
	b.do(c).status(422).code(dispute.CodeInvalid)
}

func TestEvidenceForms(t *testing.T) {
	t.Parallel()
	text := [2]string{"file", "words"}
	for _, tc := range []struct {
		name   string
		parts  [][2]string
		status int
	}{
		{"file first", [][2]string{text, {"type", "photo"}}, 201},
		{"no type", [][2]string{text}, 422},
		{"no file", [][2]string{{"type", "photo"}}, 422},
		{"empty file", [][2]string{{"type", "photo"}, {"file", ""}}, 422},
		{"two files", [][2]string{{"type", "photo"}, text, text}, 422},
		{"two types", [][2]string{{"type", "photo"}, {"type", "photo"}, text}, 422},
		{"unknown part", [][2]string{{"type", "photo"}, {"vip", "1"}, text}, 422},
		{"bad type", [][2]string{{"type", "Photo!"}, text}, 422},
		{"NUL in the type", [][2]string{{"type", "a\x00"}, text}, 422},
		{"long type", [][2]string{{"type", strings.Repeat("a", 2000)}, text}, 413},
		{"nothing", nil, 400},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			a := b.do(evidenceCall(t, "k", tc.parts...))
			if tc.name == "nothing" {
				require.Contains(t, []int{400, 422}, a.Code, a.Body)
				return
			}
			a.status(tc.status)
		})
	}
}

func TestEvidenceReplay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one := func(key, kind, words string) answer {
		return b.do(evidenceCall(t, key, [2]string{"type", kind}, [2]string{"file", words}))
	}
	first := one("k", "photo", "words").status(201)
	again := one("k", "photo", "words").status(201) // with another boundary
	require.Equal(t, "true", again.Header().Get("Idempotent-Replayed"))
	require.JSONEq(t, first.Body.String(), again.Body.String())
	one("k", "photo", "other words").status(422).code(dispute.CodeKeyReused)
	one("k", "receipt", "words").status(422).code(dispute.CodeKeyReused)
	require.JSONEq(t, first.Body.String(), one("k2", "photo", "words").status(201).Body.String(), "the same bytes are the same item")
	p := one("k3", "receipt", "words").status(422).code(dispute.CodeInvalid)
	require.Equal(t, "/type", p.Errors[0].Pointer, "nobody may think that a receipt came, where a photo is on record")
	require.Contains(t, p.Errors[0].Detail, "photo")
}

func TestEvidenceLimits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	large := files(t)["png"] + strings.Repeat("\x00", maxFile)
	p := b.do(evidenceCall(t, "k", [2]string{"type", "photo"}, [2]string{"file", large})).status(413).code(dispute.CodeTooLarge)
	require.Contains(t, p.Detail, "10 MB")
	b.do(evidenceCall(t, "k1", [2]string{"type", "video"}, [2]string{"file", files(t)["mp4"] + strings.Repeat("\x00", maxFile)})).status(201)
	for i := range dispute.MaxEvidence - 1 {
		b.do(evidenceCall(t, "n"+itoa(int64(i)), [2]string{"type", "photo"}, [2]string{"file", "words " + itoa(int64(i))})).status(201)
	}
	b.do(evidenceCall(t, "k2", [2]string{"type", "photo"}, [2]string{"file", "one more"})).status(422).code(dispute.CodeLimitExceeded)
}

func TestEvidenceFailures(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.blobs.err = errors.New("no space left on device")
	b.do(evidenceCall(t, "k", [2]string{"type", "photo"}, [2]string{"file", "words"})).status(503).code(dispute.CodeUnavailable)
	b.blobs.err = nil
	for _, body := range []string{"", "--x", "--x\r\n\r\n", "garbage", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nbroken off"} {
		for _, kind := range []string{"multipart/form-data; boundary=x", "multipart/form-data", "multipart/form-data; boundary=\"", "multipart/mixed; boundary=x"} {
			c := call{method: "POST", path: "/v1/cases/case_mine/evidence", as: dispute.RoleCustomer, key: "k", body: io.Reader(strings.NewReader(body)), header: map[string]string{"Content-Type": kind}}
			a := b.do(c)
			require.Contains(t, []int{400, 415, 422}, a.Code, a.Body)
		}
	}
	r := b.store.cases["case_mine"]
	r.Gate = dispute.GateClosing
	b.store.cases["case_mine"] = r
	b.do(evidenceCall(t, "k", [2]string{"type", "photo"}, [2]string{"file", "words"})).status(409).code(dispute.CodeCaseClosed)
}

// slowBytes never ends; it counts what was taken of it.
type slowBytes struct{ taken int64 }

func (s *slowBytes) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	s.taken += int64(len(b))
	return len(b), nil
}

// An endless upload is cut off at the limit of its type.
func TestEvidenceIsStreamed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	source := &slowBytes{}
	head := "--x\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nphoto\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
	r := b.request(call{method: "POST", path: "/v1/cases/case_mine/evidence", as: dispute.RoleCustomer, key: "k",
		body: io.MultiReader(strings.NewReader(head), source), header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}})
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	require.Equal(t, 413, w.Code, w.Body)
	require.Less(t, source.taken, int64(maxFile+1<<20))
}
