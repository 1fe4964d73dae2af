package e2e_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// workerProcess starts a worker of its own on the stack: all partners, mail, webhooks.
func (s *stack) workerProcess(t *testing.T) *part {
	t.Helper()
	settings := append(s.where(), "REDRESS_POLICY="+s.o.policy, "REDRESS_WORKER_LISTEN=127.0.0.1:0",
		"REDRESS_LOG_LEVEL=info", "REDRESS_WEBHOOK_ALLOW=127.0.0.0/8")
	if s.o.mail {
		settings = append(settings, "REDRESS_SMTP_URL=smtp://"+s.mailServer+"?tls=none", "REDRESS_MAIL_FROM=service@shop.example.org")
	}
	for name, kind := range map[string]partners.Kind{"ORDERS": partners.Orders, "WAREHOUSE": partners.Warehouse, "CARRIER": partners.Carrier,
		"PAYMENT": partners.Payments, "NOTIFY": partners.Notify, "SUPPLIER": partners.Supplier} {
		settings = append(settings, "REDRESS_PARTNER_"+name+"_URL="+s.partners[kind])
	}
	p := startPart(t, "worker", settings...)
	p.says("working")
	return p
}

// kill is kill -9, and waits until the process is gone.
func (p *part) kill() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Kill())
	<-p.gone
}

// Both workers are killed with a call of every kind under way: done by the partner, and
// not answered yet. The workers that come after them ask again, and nothing is done twice.
func TestDurabilityKilledWhileCallsAreUnderWay(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story", noWorker: true})
	workers := []*part{s.workerProcess(t), s.workerProcess(t)}
	all := underways()
	callers, ids := make([]caller, len(all)), make([]string, len(all))
	abreast(len(all), len(all), func(i int) { callers[i], ids[i] = all[i].ready(t, s) })
	claimed := s.toFollowUp(t)

	before := s.calls(t, partners.Carrier, "file_claim")
	kinds := s.askAll(t, all, callers, ids, time.Minute)
	s.lastScan(t, claimed)
	until(t, patience, "a claim is under way", func() bool { return s.calls(t, partners.Carrier, "file_claim") > before })
	for _, w := range workers {
		w.kill()
	}
	for _, kind := range kinds {
		require.NoError(t, s.box.Switch(t.Context(), kind, partners.Switches{}))
	}
	s.workerProcess(t)

	abreast(len(all), len(all), func(i int) {
		all[i].goOn(t, s, callers[i], ids[i])
		s.did(t, ids[i], all[i].done)
		s.intact(t, ids[i])
	})
	s.agent(t).awaitRecoveryState(claimed, dispute.RecoveryFiled)
	require.Len(t, s.effects(t, partners.Carrier, claimed, "claim.filed"), 1)
}

// askAll has every case make its call, and returns when all are under way: done, and for
// so long not answered. A claim that is filed afterwards is answered as late.
func (s *stack) askAll(t *testing.T, all []underway, callers []caller, ids []string, late time.Duration) []partners.Kind {
	t.Helper()
	operations := map[partners.Kind][]string{partners.Carrier: {"file_claim"}}
	before := map[string]int{}
	for _, u := range all {
		operations[u.partner] = append(operations[u.partner], u.operation)
		before[u.operation] = u.calls(t, s)
	}
	// The order system first: it is asked once the warehouse has answered.
	kinds := []partners.Kind{partners.Orders, partners.Warehouse, partners.Carrier, partners.Payments}
	for _, kind := range kinds {
		require.NoError(t, s.box.Switch(t.Context(), kind,
			partners.Switches{Mode: partners.ModeSlowReply, DelayMS: late.Milliseconds(), Operations: operations[kind]}))
		for i, u := range all {
			if u.partner == kind {
				u.ask(t, s, callers[i], ids[i])
				until(t, patience, u.name+" is under way", func() bool { return u.calls(t, s) > before[u.operation] })
			}
		}
	}
	return kinds
}

// toFollowUp plays a case whose goods the carrier broke up to its last scan.
func (s *stack) toFollowUp(t *testing.T) string {
	t.Helper()
	_, id := goodsSent(t, s)
	return id
}

func (s *stack) lastScan(t *testing.T, id string) {
	t.Helper()
	parcel := legOf(s.agent(t).get(id), "replacement-1").Replacement
	require.NoError(t, s.box.Scan(t.Context(), parcel.Carrier, parcel.TrackingNumber, dispute.ParcelDelivered))
}

// spoken is what a person said through an API that is killed before it has answered.
type spoken struct {
	who  caller
	id   string
	path string
	body any
	key  string
}

// Worker and API are killed while a person's word is being recorded. Said again under its
// key it has its answer, and counts once.
func TestDurabilityKilledWhileACommandIsRecorded(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name string
		// say plays a case to what is said of it.
		say  func(t *testing.T, s *stack) spoken
		goOn func(t *testing.T, s *stack, c caller, id string)
		done ledger
	}{
		{"a price is accepted", func(t *testing.T, s *stack) spoken {
			c, id, _ := s.outOfWarranty(t)
			return spoken{who: c, id: id, path: "/legs/repair-1/quote", body: small{"action": "accept"}}
		}, fromPrice, ledger{"return.announced": 1, "repair.announced": 1, "repair.approved": 1}},
		{"an approval is given", func(t *testing.T, s *stack) spoken {
			_, id := approvalAsked(t, s)
			super := s.supervisor(t)
			return spoken{who: super, id: id, path: "/approvals/" + super.get(id).Approvals[0].ID, body: small{"approve": true}}
		}, resolved, ledger{"credit.made": 2}},
		{"an offer is accepted", func(t *testing.T, s *stack) spoken {
			c, id := countered(t, s)
			s.agent(t).offer(id, partly(2000))
			return spoken{who: c, id: id, path: "/offers/" + c.openOffer(id).ID + "/response", body: small{"action": "accept"}}
		}, resolved, ledger{"refund.made": 1}},
		{"a coupon is decided", func(t *testing.T, s *stack) spoken {
			_, id := s.atDesk(t)
			return spoken{who: s.agent(t), id: id, path: "/decision", body: small{"remedies": []small{{"type": "coupon", "amount": yuan(1000)}, {"type": "apology"}}}}
		}, resolved, ledger{"credit.made": 1}},
		{"a new label is asked for", func(t *testing.T, s *stack) spoken {
			c, id := labelIssued(t, s)
			return spoken{who: c, id: id, path: "/legs/return-1/label"}
		}, fromLabelLost, ledger{"return.announced": 1, "label.issued": 2, "label.voided": 1, "refund.made": 1, "claim.filed": 1}},
	}
	s := newStack(t, options{policy: "story", noWorker: true})
	w := newWitness(t, s.database)
	worker := s.workerProcess(t)
	said := make([]spoken, len(rows))
	abreast(len(rows), len(rows), func(i int) {
		said[i] = rows[i].say(t, s)
		said[i].key = uuid.NewString()
	})
	release := w.hold("SELECT FROM cases FOR UPDATE")
	t.Cleanup(release)
	process := s.api(t, processOptions{lease: time.Second})
	var answers sync.WaitGroup
	for _, word := range said {
		answers.Go(func() {
			c := word.who.at(process.url)
			if r, err := c.try(http.MethodPost, "/v1/cases/"+word.id+word.path, word.body, "Idempotency-Key", word.key); err == nil {
				t.Errorf("the killed process answered: %d %s", r.status, r.body)
			}
		})
	}
	until(t, patience, "every word is being recorded", func() bool {
		return w.count("SELECT count(*) FROM pg_stat_activity WHERE "+blocked, "") >= len(rows)
	})
	worker.kill()
	process.kill()
	answers.Wait()
	release()
	s.workerProcess(t)
	next := s.api(t, processOptions{lease: time.Second})

	abreast(len(rows), len(rows), func(i int) {
		word := said[i]
		c := word.who.at(next.url)
		until(t, patience, rows[i].name+": it is answered", func() bool {
			r := c.do(http.MethodPost, "/v1/cases/"+word.id+word.path, word.body, "Idempotency-Key", word.key)
			if r.status != http.StatusOK {
				require.NotEqual(t, http.StatusUnprocessableEntity, r.status, "%s", r.body)
				t.Log(rows[i].name, r.status, string(r.body))
			}
			return r.status == http.StatusOK
		})
		owner := s.as(t, dispute.RoleCustomer, s.agent(t).get(word.id).CustomerID)
		rows[i].goOn(t, s, owner, word.id)
		s.did(t, word.id, rows[i].done)
		s.intact(t, word.id)
	})
}

// Two workers are killed while they send a hundred notices and messages: nobody is told
// anything twice under another name, and nobody is left untold.
func TestDurabilityKilledWhileTelling(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story", noWorker: true, mail: true})
	w := newWitness(t, s.database)
	h := s.hook(t, "shop")
	const cases = 24
	workers := []*part{s.workerProcess(t), s.workerProcess(t)}
	ids := make([]string, cases)
	callers := make([]caller, cases)
	abreast(cases, 8, func(i int) {
		c := s.customer(t)
		claim := returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)
		claim["contact"] = map[string]string{"email": "li.na@example.com"}
		callers[i], ids[i] = c, c.openSoon(claim)
	})
	sent := func() bool {
		return w.count("SELECT count(*) FROM outbox WHERE state <> 'sent'") == 0 &&
			w.count("SELECT count(*) FROM webhook_deliveries WHERE state <> 'delivered'") == 0
	}
	until(t, patience, "all know what is missing", func() bool { return w.count("SELECT count(*) FROM outbox") == cases && sent() })
	mails := func() (all []partners.Mail) {
		for _, id := range ids {
			all = append(all, s.mails(t, id)...)
		}
		return all
	}
	abreast(cases, 8, func(i int) { callers[i].supply(ids[i]) })
	until(t, patience, "some have their offer", func() bool { return len(mails()) > cases && len(h.got(t, s, "webhook.received")) > cases })
	for _, one := range workers {
		one.kill()
	}
	t.Logf("killed after %d mails and %d messages", len(mails()), len(h.got(t, s, "webhook.received")))
	s.workerProcess(t)
	until(t, 2*patience, "all are told", func() bool {
		return w.count("SELECT count(*) FROM outbox WHERE milestone = 'offer'") == cases && sent()
	})
	for _, id := range ids {
		keys, subjects := map[string]int{}, map[string]string{}
		for _, m := range s.mails(t, id) {
			keys[m.MessageID]++
			require.LessOrEqual(t, keys[m.MessageID], 3, "sent again only by who came after the killed")
			if was, ok := subjects[m.Subject]; ok {
				require.Equal(t, was, m.MessageID, "the same words under another name: %s", m.Subject)
			}
			subjects[m.Subject] = m.MessageID
		}
		require.Len(t, keys, w.count("SELECT count(*) FROM outbox WHERE case_id = $1 AND channel = 'mail'", id))
	}
	bodies := map[string]string{}
	for _, kind := range []string{"webhook.received", "webhook.refused"} {
		for _, got := range h.got(t, s, kind) {
			if strings.Contains(string(got.Body), `"case_id"`) {
				was, ok := bodies[got.ID]
				require.True(t, !ok || was == string(got.Body), "message %s says something else", got.ID)
				bodies[got.ID] = string(got.Body)
			}
		}
	}
	require.Len(t, bodies, w.count("SELECT count(*) FROM webhook_deliveries"))
}
