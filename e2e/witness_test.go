package e2e_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// What the partners' ledgers say: the witness of money, parcels and notices.

// moved is one movement of money at the provider.
type moved struct {
	Kind   string // refund.made or payout.made
	Key    string
	Amount int64
}

// money lists what the provider made for a case, oldest first.
func (s *stack) money(t *testing.T, caseID string) []moved {
	t.Helper()
	var all []moved
	for _, e := range s.effects(t, partners.Payments, caseID, "") {
		if e.Kind != "refund.made" && e.Kind != "payout.made" {
			continue
		}
		var m struct {
			Amount dispute.Money `json:"amount"`
		}
		require.NoError(t, json.Unmarshal(e.Data, &m))
		all = append(all, moved{Kind: e.Kind, Key: e.Key, Amount: m.Amount.Amount})
	}
	return all
}

// paid insists on exactly these movements, whatever their order.
func (s *stack) paid(t *testing.T, caseID string, want ...moved) {
	t.Helper()
	for i := range want {
		want[i].Key = caseID + "/" + want[i].Key
	}
	require.ElementsMatch(t, want, s.money(t, caseID), "the provider's ledger of case %s", caseID)
}

// calls counts the calls of an operation that reached a partner, whatever became of them.
func (s *stack) calls(t *testing.T, k partners.Kind, operation string) int {
	t.Helper()
	all, err := s.box.Ledger(t.Context(), k, partners.Filter{Type: partners.EntryCall, Kind: operation})
	require.NoError(t, err)
	return len(all)
}

// parcels insists on how many returns were announced and cancelled, and how many
// labels were issued and voided, for the case.
func (s *stack) parcels(t *testing.T, caseID string, announced, cancelled, issued, voided int) {
	t.Helper()
	require.Len(t, s.effects(t, partners.Warehouse, caseID, "return.announced"), announced, "returns announced")
	require.Len(t, s.effects(t, partners.Warehouse, caseID, "return.cancelled"), cancelled, "returns cancelled")
	require.Len(t, s.effects(t, partners.Carrier, caseID, "label.issued"), issued, "labels issued")
	require.Len(t, s.effects(t, partners.Carrier, caseID, "label.voided"), voided, "labels voided")
}

// told is how many notices of each milestone went to whom, as "role milestone".
type told map[string]int

// told waits until the last notice of a closed case is delivered, and insists
// that there were exactly these.
func (s *stack) told(t *testing.T, caseID string, want told) {
	t.Helper()
	want = maps.Clone(want)
	want["customer closed"]++
	var got told
	wait(t, "case "+caseID+" had its closing notice", func() bool {
		got = s.notices(t, caseID)
		return got["customer closed"] > 0
	})
	require.Equal(t, want, got, "notices of case %s", caseID)
}

// notices counts what the channel delivered for a case; a key that was delivered
// twice counts twice.
func (s *stack) notices(t *testing.T, caseID string) told {
	t.Helper()
	got := told{}
	for _, e := range s.effects(t, partners.Notify, caseID, "notice.delivered") {
		var n struct {
			To        dispute.Role      `json:"to"`
			Milestone dispute.Milestone `json:"milestone"`
		}
		require.NoError(t, json.Unmarshal(e.Data, &n))
		got[string(n.To)+" "+string(n.Milestone)]++
	}
	return got
}

// happened insists that the timeline, as staff see it, holds these types in this
// order, with anything between them.
func (s *stack) happened(t *testing.T, id string, types ...dispute.EventType) []entry {
	t.Helper()
	entries := s.agent(t).timeline(id)
	next := 0
	for _, e := range entries {
		if next < len(types) && e.Type == types[next] {
			next++
		}
	}
	if next < len(types) {
		require.Fail(t, "the timeline lacks an event", "%s (number %d of %v) is not, in this order, in %v",
			types[next], next+1, types, eventTypes(entries))
	}
	return entries
}

// never insists that the timeline holds none of these types.
func (s *stack) never(t *testing.T, id string, types ...dispute.EventType) {
	t.Helper()
	for _, e := range s.agent(t).timeline(id) {
		require.False(t, slices.Contains(types, e.Type), "case %s: %s %s", id, e.Type, e.Data)
	}
}
