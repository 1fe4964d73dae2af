package dispute

import (
	"slices"
	"strconv"
)

// MaxAsked bounds the types of evidence that one request names.
const MaxAsked = 5

// CheckEvidenceRequest says whether staff may ask a side for evidence now. It
// fails with CodeInvalid on a request that is none, and with CodeNotAllowedNow
// where the customer is asked for what was missing already at the completeness
// notice, or was asked for before: the notice is the one list of everything
// missing. What a side is being asked for is not asked for twice.
func CheckEvidenceRequest(c *Case, from Party, types []EvidenceType) error {
	if from == PartyBoth {
		if err := CheckEvidenceRequest(c, PartyCustomer, types); err != nil {
			return err
		}
		from = PartyMerchant
	}
	if from != PartyCustomer && from != PartyMerchant {
		return Invalid("evidence is asked of the customer, the merchant or both", Field{Pointer: "/from", Detail: "must be customer, merchant or both"})
	}
	if len(types) == 0 || len(types) > MaxAsked {
		return Invalid("evidence is asked by its types", Field{Pointer: "/types", Detail: "1 to 5 types of evidence"})
	}
	for i, t := range types {
		at := Field{Pointer: "/types/" + strconv.Itoa(i)}
		if t == "" || len(t) > MaxIDLength {
			at.Detail = "is no type of evidence"
			return Invalid("evidence is asked by its types", at)
		}
		if slices.Contains(types[:i], t) {
			at.Detail = "stands twice"
			return Invalid("evidence is asked by its types", at)
		}
		if from == PartyCustomer && c.Completeness.asks(t) {
			return Errorf(CodeNotAllowedNow, "%s was missing at the completeness notice already; the customer is asked once", t)
		}
		for _, step := range c.Proof {
			if step.Party == from && slices.Contains(step.Types, t) && (from == PartyCustomer || step.State == ProofOpen) {
				return Errorf(CodeNotAllowedNow, "the %s was asked for %s before", from, t)
			}
		}
	}
	return nil
}

// AskedSides are the sides that a request is about.
func AskedSides(from Party) []Party {
	if from == PartyBoth {
		return []Party{PartyCustomer, PartyMerchant}
	}
	return []Party{from}
}

func (n *CompletenessNotice) asks(t EvidenceType) bool {
	return n != nil && slices.ContainsFunc(n.Items, func(item MissingItem) bool { return item.Type == t })
}

// ProofClock names the clock of a burden of proof, the n-th of the case from 0:
// evidence_supplement, on whoever has to show something.
func ProofClock(n int, party Party) ClockRequest {
	owner := WaitingAgent // the desk shows the merchant's evidence
	if party == PartyCustomer {
		owner = WaitingCustomer
	}
	return ClockRequest{Name: ClockEvidenceSupplement, LegID: ProofID(n), Owner: owner}
}

// ProofID is how a clock refers to the n-th burden of proof, from 0.
func ProofID(n int) string { return "proof-" + strconv.Itoa(n+1) }

// Shown says whether everything that the step asked for has come since.
func (s ProofStep) Shown(evidence []Evidence) bool {
	if s.Had > len(evidence) {
		return false
	}
	since := Case{Evidence: evidence[s.Had:]}
	return len(since.Unshown(s.Party, s.Types)) == 0
}
