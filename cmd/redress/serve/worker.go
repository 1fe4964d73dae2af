package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/claims"
	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
	"github.com/redresshq/redress/logistics"
	"github.com/redresshq/redress/notify"
	"github.com/redresshq/redress/orders"
	"github.com/redresshq/redress/payment"
	"github.com/redresshq/redress/store/blob"
	"github.com/redresshq/redress/warehouse"
	"github.com/redresshq/redress/worker"
)

// Worker runs workflows, activities, the relay and the erasing until ctx is done, then lets
// what is under way end.
func Worker(ctx context.Context, c config.Config, log *slog.Logger) error {
	record, keys, err := openRecord(ctx, c, log)
	if err != nil {
		return err
	}
	defer record.Close()
	counts, err := newMetrics()
	if err != nil {
		return err
	}
	rules, stopRules, err := Rules(ctx, record, log)
	if err != nil {
		return err
	}
	defer stopRules()
	if library, err := rules.Library(ctx, 0); err == nil { // else nothing can be said yet
		if _, err := library.Book(c.Policy); err != nil {
			return fmt.Errorf("REDRESS_POLICY is %q: %w", c.Policy, err)
		}
	}
	counts.registry.MustRegister(newRows(counters{record, rules}, log))
	engine, err := dial(ctx, c, log, counts.engine)
	if err != nil {
		return err
	}
	defer engine.Close()
	deps := worker.Deps{
		Client: engine, Record: record, Books: rules, Policy: c.Policy,
		Log: log, StopTimeout: c.Worker.StopTimeout,
		Weekly: worker.WeeklyPlan{Off: c.Worker.WeeklyOff, Zone: c.Worker.WeeklyZone, Day: c.Worker.WeeklyDay, Hour: &c.Worker.WeeklyHour},
	}
	if c.EvidenceDir != "" {
		deps.Files = blob.At(c.EvidenceDir, keys)
	}
	closePartners, err := partnerClients(c.Partners, &deps)
	if err != nil {
		return err
	}
	defer closePartners()
	closeNotices, err := noticeSenders(c, &deps)
	if err != nil {
		return err
	}
	defer closeNotices()
	return withHealth(ctx, c, counts, log, func(ctx context.Context) error {
		log.Info("working", "policy", c.Policy, "temporal", c.Temporal.Address, "namespace", c.Temporal.Namespace)
		return worker.Run(ctx, deps)
	})
}

// partnerClients makes the adapter of each partner.
func partnerClients(p config.Partners, deps *worker.Deps) (func(), error) {
	options := func(partner config.Partner) partnerhttp.Options { return partnerhttp.Options{Token: partner.Token} }
	o, errOrders := orders.New(p.Orders.URL, options(p.Orders.Partner))
	w, errWarehouse := warehouse.New(p.Warehouse.URL, options(p.Warehouse.Partner))
	l, errCarrier := logistics.New(p.Carrier.URL, options(p.Carrier.Partner))
	m, errPayment := payment.New(p.Payment.URL, options(p.Payment.Partner))
	n, errNotify := notify.New(p.Notify.URL, options(p.Notify))
	if err := errors.Join(errOrders, errWarehouse, errCarrier, errPayment, errNotify); err != nil {
		return nil, fmt.Errorf("settings of the partners: %w", err)
	}
	deps.Credits = o
	cc, errCarrierClaims := claims.New("carrier", p.Carrier.URL, options(p.Carrier.Partner))
	if errCarrierClaims != nil {
		return nil, fmt.Errorf("settings of the partners: %w", errCarrierClaims)
	}
	deps.Claims = map[dispute.Party]activities.Claims{dispute.PartyCarrier: cc}
	var sc *claims.Client
	if p.Supplier.URL != "" {
		var err error
		if sc, err = claims.New("supplier", p.Supplier.URL, options(p.Supplier.Partner)); err != nil {
			return nil, fmt.Errorf("settings of the partners: %w", err)
		}
		deps.Claims[dispute.PartySupplier] = sc
	}
	deps.Orders, deps.Warehouse, deps.Carrier, deps.Payments, deps.Notifier = o, w, l, m, n
	return func() {
		o.Close()
		w.Close()
		l.Close()
		m.Close()
		n.Close()
		cc.Close()
		if sc != nil {
			sc.Close()
		}
	}, nil
}

// withHealth runs work beside the server of its health and metrics, if that has an
// address; either's failure ends both.
func withHealth(ctx context.Context, c config.Config, counts *metrics, log *slog.Logger, work func(context.Context) error) error {
	if c.Worker.Listen == "" {
		return work(ctx)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", counts.handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintln(w, `{"status":"ok"}`)
	})
	workCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Health answers until the work has ended, so that its drain can be watched.
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopServing()
	served := make(chan error, 1)
	go func() {
		defer cancel()
		served <- listenAndDrain(serving, c.Worker.Listen, mux, c.API.DrainTimeout, log)
	}()
	err := work(workCtx)
	stopServing()
	return errors.Join(err, <-served)
}
