package partners

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// partner is what all partners have in common: a server, a ledger, switches. Its
// state is built from the ledger's effects alone, live and after a restart.
type partner struct {
	kind       Kind
	box        *Sandbox
	mux        *http.ServeMux
	operations []string
	switches   switchboard
	sender     *sender
	listener   net.Listener
	server     *http.Server

	mu      sync.Mutex // guards ledger, answers and the state behind apply
	ledger  *ledger
	answers map[string]Answer
	apply   func(Entry) error
}

func newPartner(box *Sandbox, kind Kind) *partner {
	p := &partner{kind: kind, box: box, mux: http.NewServeMux(), ledger: &ledger{}, answers: map[string]Answer{}}
	p.switches.set(Switches{Mode: ModeOK, Webhooks: WebhooksOK})
	p.sender = newSender(p)
	p.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		p.write(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	p.mux.HandleFunc("GET /ledger", p.getLedger)
	p.control("GET /sandbox/switches", func(*http.Request, []byte) (int, any, error) { return http.StatusOK, p.switches.get(), nil })
	p.control("PUT /sandbox/switches", p.putSwitches)
	p.control("PUT /sandbox/webhook-url", p.putWebhookURL)
	return p
}

// open reads the ledger back and rebuilds the state.
func (p *partner) open(dir string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, err := openLedger(ledgerPath(dir, p.kind))
	p.ledger = l
	if err != nil {
		return fmt.Errorf("%s: %w", p.kind, err)
	}
	for _, e := range l.entries {
		if err := p.remember(e); err != nil {
			return fmt.Errorf("%s: ledger entry %d: %w", p.kind, e.Seq, err)
		}
	}
	return nil
}

func (p *partner) serve() {
	p.server = &http.Server{
		Handler:           p.mux,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(p.box.config.Log.Handler(), slog.LevelWarn),
	}
	p.box.tasks.run(func(context.Context) {
		if err := p.server.Serve(p.listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			p.box.config.Log.Error("sandbox partner stopped", "partner", p.kind, "error", err)
		}
	})
	p.sender.start()
}

func (p *partner) stop(ctx context.Context) error {
	if p.server == nil {
		if p.listener == nil {
			return nil
		}
		return ignoreClosed(p.listener.Close())
	}
	if err := p.server.Shutdown(ctx); err != nil {
		return errors.Join(err, p.server.Close())
	}
	// Shutdown does not see a listener that Serve has not taken up yet.
	return ignoreClosed(p.listener.Close())
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// closeLedger waits for whoever still writes.
func (p *partner) closeLedger() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ledger.close()
}

// url is the address that others reach the partner at.
func (p *partner) url() string {
	host, port, err := net.SplitHostPort(p.listener.Addr().String())
	if err != nil {
		return "http://" + p.listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// commit writes the entry to the ledger and applies it. The caller holds the lock.
func (p *partner) commit(e Entry) error {
	e.Partner = p.kind
	e, err := p.ledger.append(e)
	if err != nil {
		return err
	}
	return p.remember(e)
}

func (p *partner) remember(e Entry) error {
	if e.Answer != nil {
		p.answers[e.Key] = *e.Answer
	}
	if e.Type != EntryEffect || p.apply == nil {
		return nil
	}
	return p.apply(e)
}

// note writes an entry that changes no state.
func (p *partner) note(e Entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.commit(e); err != nil {
		p.box.config.Log.Error("sandbox ledger", "partner", p.kind, "error", err)
	}
}

// effect makes an entry about something that happened, with its whole new state.
func effect(kind string, data any) (Entry, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return Entry{}, fmt.Errorf("encode %s: %w", kind, err)
	}
	return Entry{Type: EntryEffect, Kind: kind, Data: raw}, nil
}

func (p *partner) getLedger(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	f := Filter{Type: EntryType(q.Get("type")), CaseID: q.Get("case_id"), OrderID: q.Get("order_id"),
		Kind: q.Get("kind"), Key: q.Get("key"), Ref: q.Get("ref")}
	if after := q.Get("after"); after != "" {
		n, err := strconv.ParseInt(after, 10, 64)
		if err != nil {
			p.write(w, http.StatusBadRequest, failure("invalid", "after is not a number"))
			return
		}
		f.After = n
	}
	p.mu.Lock()
	entries := p.ledger.find(f)
	p.mu.Unlock()
	p.write(w, http.StatusOK, map[string]any{"entries": entries})
}
