package dispute

import (
	"fmt"
	"slices"
)

// Party may be liable for what went wrong.
type Party string

// The parties of a liability share.
const (
	PartyCustomer     Party = "customer"
	PartyMerchant     Party = "merchant"
	PartyCarrier      Party = "carrier"
	PartySupplier     Party = "supplier"
	PartyPlatform     Party = "platform"
	PartyForceMajeure Party = "force_majeure"
	PartyUndetermined Party = "undetermined"

	// PartyBoth is no party of liability: a request for evidence goes to customer and merchant.
	PartyBoth Party = "both"
)

// Share is one party's part of the fault, with why and by whom it was found.
type Share struct {
	Party    Party    `json:"party"`
	Percent  int      `json:"percent"`
	Rule     string   `json:"rule,omitempty"`
	Basis    string   `json:"basis,omitempty"` // law article or platform rule that the policy cites
	Evidence []string `json:"evidence,omitempty"`
	Author   *Actor   `json:"author,omitempty"`
}

func knownParty(p Party) bool {
	switch p {
	case PartyCustomer, PartyMerchant, PartyCarrier, PartySupplier, PartyPlatform, PartyForceMajeure, PartyUndetermined:
		return true
	}
	return false
}

// CheckShares fails with CodeInvalid unless the shares name known parties once
// each, are positive, and sum to 100. No shares at all is legal: not yet found.
func CheckShares(shares []Share) error {
	if len(shares) == 0 {
		return nil
	}
	sum, evidence, seen := 0, 0, map[Party]bool{}
	for _, s := range shares {
		evidence += len(s.Evidence)
		if evidence > MaxEvidence {
			return Invalid(fmt.Sprintf("liability rests on at most %d items of evidence", MaxEvidence), Field{"/liability", "too much evidence"})
		}
		if slices.ContainsFunc(s.Evidence, func(id string) bool { return len(id) > MaxIDLength }) {
			return Invalid("liability names an item of evidence that is no id", Field{"/liability", "an id is too long"})
		}
		if !knownParty(s.Party) {
			return Invalid("liability names an unknown party", Field{"/liability", "unknown party " + string(s.Party)})
		}
		if seen[s.Party] {
			return Invalid("liability names a party twice", Field{"/liability", "party " + string(s.Party) + " stands twice"})
		}
		if s.Percent <= 0 || s.Percent > 100 {
			return Invalid("a liability share is 1 to 100 percent", Field{"/liability", "share out of range"})
		}
		seen[s.Party] = true
		sum += s.Percent
	}
	if sum != 100 {
		return Invalid("liability shares must sum to 100", Field{"/liability", "the shares do not sum to 100"})
	}
	return nil
}
