package workflows

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/redresshq/redress/dispute"
)

// Signals come at least once, in any order, from relays and from people at a
// command line. None of them may break a case: what cannot be used is recorded
// and ignored.

// causes lists the signals that may be told of one and the same goods, those first that the
// others follow from: Temporal keeps the order of signals of one name only.
var causes = []dispute.SignalName{
	dispute.SignalEvidenceSubmitted, dispute.SignalReturnShipped, dispute.SignalReplacementUpdate, dispute.SignalRepairUpdate,
	dispute.SignalCarrierUpdate, dispute.SignalWarehouseReceived, dispute.SignalWarehouseInspected,
}

// byCause orders signals of different names by what follows from what; others come last.
func byCause(a, b signal) int {
	rank := func(s signal) int {
		if i := slices.Index(causes, s.name); i >= 0 {
			return i
		}
		return len(causes)
	}
	return rank(a) - rank(b)
}

// collectSignals turns every signal that has arrived into an event.
func (r *caseRun) collectSignals() {
	signals := r.world.receive()
	if !slices.IsSortedFunc(signals, byCause) && r.ordersByCause() {
		slices.SortStableFunc(signals, byCause)
	}
	for _, s := range signals {
		r.enqueue(&event{apply: func() error {
			r.signal(s.name, s.body)
			return nil
		}})
	}
}

// storable takes the character NUL out of a document: the record cannot hold it, and a turn
// that holds it would be tried for ever.
func storable(body []byte) []byte {
	return bytes.ReplaceAll(body, []byte(`\u0000`), []byte(`\ufffd`))
}

// signal takes one signal's document.
func (r *caseRun) signal(name dispute.SignalName, body []byte) {
	body = storable(body)
	switch name {
	case dispute.SignalEvidenceSubmitted:
		take(r, name, body, r.evidence)
	case dispute.SignalReturnShipped:
		take(r, name, body, r.shipped)
	case dispute.SignalWarehouseReceived:
		take(r, name, body, r.received)
	case dispute.SignalWarehouseInspected:
		take(r, name, body, r.inspected)
	case dispute.SignalCarrierUpdate:
		take(r, name, body, r.scanned)
	case dispute.SignalPaymentUpdate:
		take(r, name, body, r.settled)
	case dispute.SignalReproject:
		take(r, name, body, r.reproject)
	case dispute.SignalReplacementUpdate:
		take(r, name, body, r.replaced)
	case dispute.SignalRepairUpdate:
		take(r, name, body, r.repaired)
	default:
		r.ignore(dispute.System, dispute.IgnoredUnknownSignal, "", kv{"signal": clip(string(name))})
	}
}

// take decodes a signal and applies it once by its event id.
func take[T any](r *caseRun, name dispute.SignalName, body []byte, apply func(T)) {
	var doc T
	err, eventID := json.Unmarshal(body, &doc), eventIDOf(body)
	switch {
	case eventID == "":
		r.ignore(dispute.System, dispute.IgnoredMalformed, "", kv{"signal": name, "problem": "no document with an event_id"})
	case r.Engine.sawEvent(eventID):
		r.ignore(dispute.System, dispute.IgnoredRepeated, eventID, kv{"signal": name})
	case err != nil:
		r.ignore(dispute.System, dispute.IgnoredMalformed, eventID, kv{"signal": name, "problem": "not the document that this signal takes"})
	case r.Case.Stage == "": // no opening yet: only a run that never opens comes here
		r.ignore(dispute.System, dispute.IgnoredEarly, eventID, kv{"signal": name})
	default:
		apply(doc)
	}
}

// anyEvent is all that is read of a signal that changes nothing.
type anyEvent struct {
	EventID string `json:"event_id"`
}

// eventIDOf reads the id even of a document that is otherwise malformed, since a
// closing case waits for every event by its id. "" when there is none.
func eventIDOf(body []byte) string {
	var e anyEvent
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	return e.EventID
}

// ignore records an event that changes nothing.
func (r *caseRun) ignore(by dispute.Actor, why, eventID string, data kv) {
	r.logEvent(dispute.EventIgnored, by, why, eventID, data)
}

// clip keeps foreign words short.
func clip(s string) string {
	const most = 64
	if len(s) > most {
		return fmt.Sprintf("%.*s…", most, s)
	}
	return s
}
