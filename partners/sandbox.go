package partners

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// shutdownLimit is how long Close waits for calls that are being answered.
const shutdownLimit = 5 * time.Second

// Sandbox is a running set of partners.
type Sandbox struct {
	config Config
	tasks  *tasks
	client *http.Client // for webhooks

	urlMu      sync.Mutex
	webhookURL string

	orders    *orderSystem
	warehouse *warehouse
	carrier   *carrier
	payments  *payments
	notify    *channel
	supplier  *supplier
	partners  []*partner
}

// Start opens the ledgers, fills in the catalogue, and serves all partners until
// Close is called or ctx is done; Close is due in both cases. It fails when a port is taken, a ledger cannot
// be read, or the configuration is wrong.
func Start(ctx context.Context, config Config) (*Sandbox, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	if config.LedgerDir != "" {
		if err := os.MkdirAll(config.LedgerDir, 0o750); err != nil {
			return nil, fmt.Errorf("ledger folder: %w", err)
		}
	}
	s := &Sandbox{
		config: config, webhookURL: config.WebhookURL,
		tasks:  newTasks(ctx),
		client: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
	}
	s.orders = newOrderSystem(s)
	s.warehouse = newWarehouse(s)
	s.carrier = newCarrier(s)
	s.payments = newPayments(s)
	s.notify = newChannel(s)
	s.supplier = newSupplier(s)
	s.partners = []*partner{s.orders.partner, s.warehouse.partner, s.carrier.partner, s.payments.partner, s.notify.partner, s.supplier.partner}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Sandbox) start(ctx context.Context) error {
	for _, p := range s.partners {
		if err := p.open(s.config.LedgerDir); err != nil {
			return err
		}
	}
	// All listeners first: labels carry the carrier's address.
	for _, p := range s.partners {
		address := net.JoinHostPort(s.config.Host, strconv.Itoa(s.config.Ports[p.kind]))
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			return fmt.Errorf("%s: listen on %s: %w", p.kind, address, err)
		}
		p.listener = listener
	}
	if err := s.seed(time.Now().UTC()); err != nil {
		return err
	}
	if err := s.notify.mail.listen(ctx, s.config.Host, s.config.MailPort); err != nil {
		return err
	}
	for _, p := range s.partners {
		p.serve()
	}
	s.notify.mail.serve()
	s.payments.resume()
	s.orders.credits.resume()
	// The caller's context stops the servers too.
	s.tasks.run(func(ctx context.Context) {
		<-ctx.Done()
		if err := s.stopServers(); err != nil {
			s.config.Log.Warn("sandbox stop", "error", err)
		}
	})
	return nil
}

// URLs returns the base URL of each partner.
func (s *Sandbox) URLs() URLs {
	out := URLs{}
	for _, p := range s.partners {
		out[p.kind] = p.url()
	}
	return out
}

// MailAddress is host:port of the mail server.
func (s *Sandbox) MailAddress() string { return s.notify.mail.listener.Addr().String() }

// SetWebhookURL changes where webhooks go, from the next one on.
func (s *Sandbox) SetWebhookURL(base string) {
	s.urlMu.Lock()
	defer s.urlMu.Unlock()
	s.webhookURL = base
}

func (s *Sandbox) webhookBase() string {
	s.urlMu.Lock()
	defer s.urlMu.Unlock()
	return s.webhookURL
}

// Close stops every server and every pending act, and closes the ledgers. What
// was due later (settlements) is taken up by the next start on the same ledgers;
// webhooks not yet delivered are lost. Calling it again is harmless.
func (s *Sandbox) Close() error {
	var errs []error
	s.tasks.cancel() // ends hanging calls
	errs = append(errs, s.stopServers())
	s.tasks.wait()
	s.client.CloseIdleConnections()
	for _, p := range s.partners {
		errs = append(errs, p.closeLedger())
	}
	return errors.Join(errs...)
}

func (s *Sandbox) stopServers() error {
	var errs []error
	ctx, cancel := context.WithTimeout(context.Background(), shutdownLimit)
	defer cancel()
	errs = append(errs, s.notify.mail.close())
	for _, p := range s.partners {
		errs = append(errs, p.stop(ctx))
	}
	return errors.Join(errs...)
}

func ledgerPath(dir string, k Kind) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, string(k)+".jsonl")
}
