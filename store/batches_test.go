package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

var watch = &dispute.BatchWatch{Window: 30 * 24 * time.Hour, Cases: 3, Tell: "purchasing",
	Reasons: []dispute.Reason{dispute.ReasonDefective}}

// defect records a case about one unit of a product, whose order becomes known after.
func (b *bundle) defect(t *testing.T, id, sku, lot string, days int, change ...func(*dispute.Case)) {
	t.Helper()
	c := newCase(id)
	c.Reason, c.CustomerID, c.OpenedAt = dispute.ReasonDefective, "cus_"+id, noon.AddDate(0, 0, days)
	for _, f := range change {
		f(&c)
	}
	_, err := b.Record(t.Context(), opening(c))
	require.NoError(t, err)
	c.Facts.Order = &dispute.OrderFacts{OrderID: c.OrderID, CustomerID: c.CustomerID, Currency: "CNY", AddressKey: "key-of-an-address-1",
		Lines: []dispute.OrderLine{{LineID: "line_1", SKU: sku, Lot: lot, Quantity: 1}, {LineID: "other", SKU: "unclaimed", Quantity: 1}}}
	n := next(c, 2, 1)
	n.Watch = watch
	_, err = b.Record(t.Context(), n)
	require.NoError(t, err)
	n = next(c, 3, 1)
	n.Watch = watch
	_, err = b.Record(t.Context(), n) // linked once only
	require.NoError(t, err)
}

func TestBatchesAreFoundOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other := func(c *dispute.Case) { c.Reason = dispute.ReasonChangedMind }
	b.defect(t, "case_1", "LAMP", "L1", 0)
	b.defect(t, "case_2", "LAMP", "L2", 1)
	b.defect(t, "case_3", "LAMP", "L1", 2, other)
	b.defect(t, "case_4", "MUG", "", 2)
	b.defect(t, "case_5", "LAMP", "L1", 3)
	all, err := b.ListBatches(t.Context(), "", "", 10)
	require.NoError(t, err)
	require.Len(t, all, 1, "three cases about one product")
	lamp := all[0]
	require.Equal(t, "LAMP", lamp.SKU)
	require.Empty(t, lamp.Lot)
	require.Equal(t, []string{"case_5", "case_2", "case_1"}, lamp.CaseIDs)
	require.Equal(t, 3, lamp.Customers)
	require.Equal(t, dispute.Role("purchasing"), lamp.Told)

	b.defect(t, "case_6", "LAMP", "", 20) // joins
	b.defect(t, "case_7", "LAMP", "", 60) // too late: another batch, perhaps
	all, err = b.ListBatches(t.Context(), "LAMP", "", 10)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, 4, all[0].Cases)
	page, err := b.ListCases(t.Context(), dispute.CaseFilter{Batch: lamp.ID})
	require.NoError(t, err)
	require.Len(t, page.Cases, 4)
	links, err := b.BatchesOf(t.Context(), "case_6")
	require.NoError(t, err)
	require.Equal(t, lamp.ID, links[0].ID)
	links, err = b.BatchesOf(t.Context(), "case_7")
	require.NoError(t, err)
	require.Empty(t, links)
	var told int
	require.NoError(t, b.super(t).QueryRow(t.Context(), "SELECT count(*) FROM outbox WHERE milestone = 'batch' AND to_role = 'purchasing'").Scan(&told))
	require.Equal(t, 1, told, "the department is told once a batch")
}

func TestALotComesBeforeItsProduct(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, id := range []string{"case_1", "case_2", "case_3"} {
		b.defect(t, id, "LAMP", "L7", i)
	}
	b.defect(t, "case_4", "LAMP", "L8", 4)
	all, err := b.ListBatches(t.Context(), "", "", 10)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, "L7", all[0].Lot)
	require.Equal(t, 3, all[0].Cases)
}

func TestAddressHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	days := -int(time.Since(noon).Hours() / 24)
	if days < 0 {
		days = -days
	}
	recent := func(reason dispute.Reason) func(*dispute.Case) {
		return func(c *dispute.Case) { c.Reason, c.OpenedAt = reason, time.Now().Add(-time.Hour) }
	}
	b.defect(t, "case_1", "A", "", days, recent(dispute.ReasonNotReceived))
	b.defect(t, "case_2", "A", "", days, recent(dispute.ReasonDefective))
	a, err := b.AddressHistory(t.Context(), &dispute.OrderFacts{OrderID: "order_case_2", CustomerID: "cus_case_2", AddressKey: "key-of-an-address-1"})
	require.NoError(t, err)
	require.Equal(t, dispute.AddressFacts{Cases90Days: 1, Customers90Days: 1, NotReceived90Days: 1}, a)
	a, err = b.AddressHistory(t.Context(), &dispute.OrderFacts{OrderID: "o", CustomerID: "c", AddressKey: "another-address-key"})
	require.NoError(t, err)
	require.Zero(t, a)
}

func TestCustomerHistoryCountsPace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	at := noon.Add(time.Minute)
	for i, days := range []int{0, 3, 20, 60, 100} {
		c := newCase([]string{"case_a", "case_b", "case_c", "case_d", "case_e"}[i])
		c.OpenedAt, c.Reason = noon.AddDate(0, 0, -days), dispute.ReasonNotReceived
		if i == 4 {
			c.Risk = dispute.Risk{Score: 40, Flags: []string{"x"}, Review: &dispute.RiskReview{Verdict: dispute.RiskConfirmed}}
		}
		_, err := b.Record(t.Context(), opening(c))
		require.NoError(t, err)
	}
	h, err := b.CustomerHistory(t.Context(), "cus_1", "case_new", at)
	require.NoError(t, err)
	require.Equal(t, []int{5, 1, 2, 3, 4, 4, 1}, []int{h.Cases, h.Cases24Hours, h.Cases7Days, h.Cases30Days, h.Cases90Days, h.NotReceived90Days, h.Confirmed365Days})
	require.Zero(t, h.RefundedPercent90Days)
}

func TestPreferencesAreSealed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	none, err := b.Preferences(t.Context(), "cus_1")
	require.NoError(t, err)
	require.Zero(t, none)
	kept := dispute.Preferences{Language: dispute.LanguageEnglish, Channel: dispute.ChannelEmail, QuietFrom: "21:00", QuietTo: "09:00", Note: "Herr Müller"}
	require.NoError(t, b.SetPreferences(t.Context(), "cus_1", kept, dispute.RoleAgent))
	got, err := b.Preferences(t.Context(), "cus_1")
	require.NoError(t, err)
	require.NotNil(t, got.UpdatedAt)
	got.UpdatedAt = nil
	require.Equal(t, kept, got)
	c := newCase("case_1")
	first := opening(c)
	first.Notices = []dispute.Notice{{Milestone: dispute.NoticeAccepted, Number: 1, To: dispute.RoleCustomer},
		{Milestone: dispute.NoticeTask, Number: 1, To: dispute.RoleAgent}}
	_, err = b.Record(t.Context(), first)
	require.NoError(t, err)
	notices, err := b.CaseNotices(t.Context(), "case_1", false, 0, 10)
	require.NoError(t, err)
	require.Equal(t, dispute.LanguageEnglish, notices[0].Notice.Language, "the customer's notices are in the language that they prefer")
	require.Empty(t, notices[1].Notice.Language)
}
