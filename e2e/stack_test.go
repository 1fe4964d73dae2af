package e2e_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/api"
	"github.com/redresshq/redress/api/auth"
	"github.com/redresshq/redress/claims"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
	"github.com/redresshq/redress/logistics"
	"github.com/redresshq/redress/notify"
	"github.com/redresshq/redress/orders"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/payment"
	"github.com/redresshq/redress/rulebase"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/store/blob"
	"github.com/redresshq/redress/store/storetest"
	"github.com/redresshq/redress/warehouse"
	"github.com/redresshq/redress/worker"
	"github.com/redresshq/redress/workflows"
)

var tokenKey = []byte("a key for the tokens of these tests only")

// patience is how long a story waits for one thing to happen; machines are shared.
const patience = 60 * time.Second

// options is how a stack differs from the usual one.
type options struct {
	policy        string // "story" (long clocks, a second for what follows), "demo" (seconds) or one of the library
	continueEvery int
	databaseURL   string // instead of one of its own: a proxy in front of it
	temporal      string // instead of the one that all share: a server of the test's own
	noWorker      bool
	callTimeout   time.Duration
	partnerSlots  int
	library       *dispute.Library // instead of the usual one
	mail          bool             // customers with an address are told by mail
}

// stack is the whole of Redress in one process, with a database, a namespace and
// a sandbox of its own.
type stack struct {
	url       string
	namespace string
	box       *partners.Client
	engine    client.Client
	record    *store.Store
	evidence  string // the folder of its bytes
	database  string
	door      *workflows.Door
	library   *dispute.Library
	rules     *rulebase.Base
	o         options
	log       *slog.Logger
	partners  partners.URLs

	mailServer string
	stopWorker func()
	close      []func()
}

var shared struct {
	once sync.Once
	s    *stack
	err  error
}

// sharedStack is the stack that stories with data of their own share.
func sharedStack(t *testing.T) *stack {
	t.Helper()
	shared.once.Do(func() {
		dir, err := os.MkdirTemp("", "redress-e2e-")
		if err != nil {
			shared.err = err
			return
		}
		shared.s, shared.err = start(context.Background(), options{policy: "story"}, dir)
		if shared.s != nil {
			shared.s.close = append([]func(){func() { logged(os.RemoveAll(dir)) }}, shared.s.close...)
		}
	})
	require.NoError(t, shared.err)
	return shared.s
}

func stopShared() {
	if shared.s != nil {
		shared.s.stop()
	}
}

// newStack gives the test a stack of its own.
func newStack(t *testing.T, o options) *stack {
	t.Helper()
	if o.databaseURL == "" {
		o.databaseURL = storetest.Empty(t, true)
	}
	s, err := start(context.Background(), o, t.TempDir())
	require.NoError(t, err)
	t.Cleanup(s.stop)
	return s
}

func start(ctx context.Context, o options, dir string) (_ *stack, err error) {
	s := &stack{o: o, namespace: "t-" + uuid.NewString(), database: o.databaseURL,
		log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	if s.database == "" {
		var drop func(context.Context) error
		if s.database, drop, err = storetest.Create(ctx, true); err != nil {
			return nil, err
		}
		s.close = append(s.close, func() { logged(drop(context.Background())) })
	}
	if s.library = o.library; s.library == nil {
		if s.library, err = library(); err != nil {
			return nil, err
		}
	}
	if s.record, err = store.Open(ctx, s.database, store.WithKeys(storetest.Keys())); err != nil {
		return nil, err
	}
	s.close = append(s.close, s.record.Close)
	if o.library == nil {
		if err := publishStory(ctx, s.record); err != nil {
			return nil, err
		}
	}
	var deaf func()
	s.rules, deaf = s.newRules(ctx)
	s.close = append(s.close, deaf)
	if err := s.dial(ctx); err != nil {
		return nil, err
	}
	secrets := map[string]string{}
	for _, id := range []string{partners.OrdersID, partners.WarehouseID, partners.CarrierID, partners.PaymentsID, partners.SupplierID} {
		secrets[id] = secretOf(id)
	}
	box, err := partners.Start(ctx, partners.Config{Secrets: secrets, LedgerDir: dir + "/ledgers", Log: s.log})
	if err != nil {
		return nil, err
	}
	s.partners, s.box, s.mailServer = box.URLs(), partners.NewClient(box.URLs()), box.MailAddress()
	s.close = append(s.close, func() { logged(box.Close()) }, s.box.Close)
	if s.url, err = s.serveAPI(dir, secrets); err != nil {
		return nil, err
	}
	box.SetWebhookURL(s.url + "/v1/webhooks")
	if o.noWorker {
		return s, nil
	}
	return s, s.startWorker(ctx)
}

// newRules is a rule base of its own, as every process has one, and what stops it.
func (s *stack) newRules(ctx context.Context) (*rulebase.Base, func()) {
	base := rulebase.New(s.record, s.library, s.log)
	listening, deaf := context.WithCancel(ctx)
	var ears sync.WaitGroup
	ears.Go(func() { base.Run(listening) })
	return base, func() { deaf(); ears.Wait() }
}

// secretOf is what a partner signs its webhooks with.
func secretOf(partner string) string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte("webhooks of "+partner+" in these tests only"))
}

// dial makes the stack's namespace and a client for it.
func (s *stack) dial(ctx context.Context) error {
	address := s.o.temporal
	if address == "" {
		address = temporalServer.FrontendHostPort()
	}
	namespaces, err := client.NewNamespaceClient(client.Options{HostPort: address, Logger: quiet{}})
	if err != nil {
		return err
	}
	defer namespaces.Close()
	if err := namespaces.Register(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: s.namespace, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	}); err != nil {
		return err
	}
	s.engine, err = client.NewLazyClient(client.Options{HostPort: address, Namespace: s.namespace, Logger: quiet{}})
	if err != nil {
		return err
	}
	s.close = append(s.close, s.engine.Close)
	s.door = &workflows.Door{Client: s.engine, ContinueEvery: s.o.continueEvery}
	return retry(ctx, func() error {
		_, err := s.engine.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
			Namespace: s.namespace,
			SearchAttributes: map[string]enumspb.IndexedValueType{
				workflows.AttrStage: enumspb.INDEXED_VALUE_TYPE_KEYWORD, workflows.AttrKind: enumspb.INDEXED_VALUE_TYPE_KEYWORD,
				workflows.AttrReason: enumspb.INDEXED_VALUE_TYPE_KEYWORD, workflows.AttrWaitingOn: enumspb.INDEXED_VALUE_TYPE_KEYWORD,
				workflows.AttrOutcome: enumspb.INDEXED_VALUE_TYPE_KEYWORD, workflows.AttrDueAt: enumspb.INDEXED_VALUE_TYPE_DATETIME,
				workflows.AttrBreached: enumspb.INDEXED_VALUE_TYPE_BOOL, workflows.AttrRisk: enumspb.INDEXED_VALUE_TYPE_INT,
			},
		})
		return err
	})
}

// loopback is where the sandbox's receiver of webhooks is.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// retry repeats what may fail while the server takes a new namespace in.
func retry(ctx context.Context, do func() error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		err := do()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-tick.C:
		}
	}
}

func (s *stack) serveAPI(dir string, secrets map[string]string) (string, error) {
	s.evidence = dir + "/evidence"
	files, err := blob.New(s.evidence, storetest.Keys())
	if err != nil {
		return "", err
	}
	server, err := api.New(api.Deps{
		Store: s.record, Blobs: blobs{files}, Door: s.door, Rules: s.rules, Log: s.log, Ready: s.record.Ping,
		Forecasts: forecasts{s.record, workflows.Forecaster{Rules: &activities.Rules{Books: s.rules, Policy: s.o.policy}}},
		Auth:      auth.Chain{Keys: auth.Keys{Store: s.record}, Tokens: auth.Dev{Secret: tokenKey}},
		Partners: []api.Partner{
			{ID: partners.OrdersID, Kind: api.PartnerOrders, Secrets: []string{secrets[partners.OrdersID]}},
			{ID: partners.WarehouseID, Kind: api.PartnerWarehouse, Secrets: []string{secrets[partners.WarehouseID]}},
			{ID: partners.CarrierID, Kind: api.PartnerCarrier, Secrets: []string{secrets[partners.CarrierID]}},
			{ID: partners.PaymentsID, Kind: api.PartnerPayment, Secrets: []string{secrets[partners.PaymentsID]}},
			{ID: partners.SupplierID, Kind: api.PartnerSupplier, Secrets: []string{secrets[partners.SupplierID]}},
		},
		Notices: s.record, Letters: &activities.Letters{Books: s.rules},
		Config: api.Config{RatePerSecond: -1, Policy: s.o.policy, WebhookAllow: loopback},
	})
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	h := &http.Server{Handler: server, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := h.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logged(err)
		}
	}()
	s.close = append(s.close, func() { logged(h.Close()) })
	return "http://" + listener.Addr().String(), nil
}

// startWorker starts the worker and its relay.
func (s *stack) startWorker(ctx context.Context) error {
	o := partnerhttp.Options{Timeout: s.o.callTimeout}
	orderSystem, err1 := orders.New(s.partners[partners.Orders], o)
	dock, err2 := warehouse.New(s.partners[partners.Warehouse], o)
	carrier, err3 := logistics.New(s.partners[partners.Carrier], o)
	money, err4 := payment.New(s.partners[partners.Payments], o)
	channel, err5 := notify.New(s.partners[partners.Notify], o)
	carrierClaims, err6 := claims.New("carrier", s.partners[partners.Carrier], o)
	supplierClaims, err7 := claims.New("supplier", s.partners[partners.Supplier], o)
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
		return err
	}
	channels, hooks := &notify.Channels{Gateway: channel}, notify.NewHooks(loopback)
	if s.o.mail {
		var err error
		if channels.Mail, err = notify.NewMailer("smtp://"+s.mailServer+"?tls=none", "service@shop.example.org"); err != nil {
			return err
		}
	}
	rules, deaf := s.newRules(ctx)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		defer deaf()
		done <- worker.Run(ctx, worker.Deps{
			Client: s.engine, Record: s.record, Books: rules, Policy: s.o.policy, Log: s.log,
			Orders: orderSystem, Credits: orderSystem, Warehouse: dock, Carrier: carrier, Payments: money, Notifier: channels, Webhooks: hooks,
			Claims:      map[dispute.Party]activities.Claims{dispute.PartyCarrier: carrierClaims, dispute.PartySupplier: supplierClaims},
			StopTimeout: time.Second, PartnerSlots: s.o.partnerSlots,
		})
	}()
	stop := sync.OnceFunc(func() { cancel(); logged(<-done) })
	s.stopWorker = stop
	s.close = append(s.close, stop)
	return nil
}

func (s *stack) stop() {
	for i := len(s.close) - 1; i >= 0; i-- {
		s.close[i]()
	}
	s.close = nil
}

func logged(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
	}
}
