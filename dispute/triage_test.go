package dispute

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func newest(t testing.TB, name string) *Rulebook {
	t.Helper()
	library, err := Embedded()
	require.NoError(t, err)
	book, err := library.Book(name)
	require.NoError(t, err)
	return book
}

// Row 4 of the capabilities: inquiry, complaint or other, and which case it would be.
func TestTriageSortsWhatComesIn(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text   string
		class  CaseClass
		kind   Kind
		reason Reason
		rule   string
	}{
		{"我的快递一直没收到，物流显示已签收", ClassComplaint, KindClaim, ReasonNotReceived, "not_received"},
		{"我的快遞一直沒收到", ClassComplaint, KindClaim, ReasonNotReceived, "not_received"}, // traditional
		{"请问怎么退货？", ClassInquiry, KindReturn, ReasonChangedMind, "question"},
		{"請問怎麼退貨？", ClassInquiry, KindReturn, ReasonChangedMind, "question"},
		{"退货", ClassComplaint, KindReturn, ReasonChangedMind, "changed_mind"},
		{"杯子收到时已经碎了", ClassComplaint, KindReturn, ReasonDamagedInTransit, "damaged"},
		{"发错货了，我买的是红色", ClassComplaint, KindReturn, ReasonWrongItem, "wrong_item"},
		{"用了两天就坏了", ClassComplaint, KindReturn, ReasonDefective, "defective"},
		{"客服态度恶劣", ClassComplaint, KindComplaint, ReasonServiceAttitude, "attitude"},
		{"请帮我修改地址", ClassOther, KindOrderChange, ReasonAddressChange, "address"},
		{"要发票", ClassOther, KindOrderChange, ReasonInvoiceRequest, "invoice"},
		{"这个杯子能放洗碗机吗", ClassInquiry, KindComplaint, ReasonOther, "question"},
		{"My parcel never arrived.", ClassComplaint, KindClaim, ReasonNotReceived, "not_received"},
		{"ＭＹ ＰＡＲＣＥＬ ＮＥＶＥＲ ＡＲＲＩＶＥＤ", ClassComplaint, KindClaim, ReasonNotReceived, "not_received"}, // full width
		{"How do I return it?", ClassInquiry, KindReturn, ReasonChangedMind, "question"},
		{"I want to return it", ClassComplaint, KindReturn, ReasonChangedMind, "changed_mind"},
		{"The kettle doesn’t work", ClassComplaint, KindReturn, ReasonDefective, "defective"},
		{"Please refund the blue one", ClassComplaint, KindReturn, ReasonChangedMind, "changed_mind"},
		{"the brokenness of the world", ClassOther, "", "", ""}, // whole words only
		{"你好", ClassOther, "", "", ""},
		{"", ClassOther, "", "", ""},
		{"!?…", ClassOther, "", "", ""},
		{"iPhone 壳 wrong item 发错", ClassComplaint, KindReturn, ReasonWrongItem, "wrong_item"},
	} {
		t.Run(tc.text, func(t *testing.T) {
			t.Parallel()
			got := newest(t, "default").Triage(TriageAsk{Channel: ChannelInApp, Text: tc.text})
			require.Equal(t, tc.class, got.Class)
			require.Equal(t, tc.kind, got.Kind)
			require.Equal(t, tc.reason, got.Reason)
			require.Equal(t, strings.TrimSuffix("default@3/triage/"+tc.rule, "/"), got.Rule)
			require.Equal(t, got.Rule, got.Explanation.Rule)
			require.NotEmpty(t, got.Explanation.Basis)
		})
	}
}

func TestTriageHearsTheChannelAndWhatTheCustomerChose(t *testing.T) {
	t.Parallel()
	book := newest(t, "default")
	got := book.Triage(TriageAsk{Channel: Channel12315, Text: "请问怎么退货"})
	require.Equal(t, ClassComplaint, got.Class, "who comes by the authority complains")
	require.Equal(t, "default@3/triage/authority", got.Rule)
	require.Equal(t, ReasonChangedMind, got.Reason, "the words still say what about")

	got = book.Triage(TriageAsk{Text: "坏了", Reason: ReasonWarrantyFailure, Kind: KindRepair})
	require.Equal(t, KindRepair, got.Kind, "what the customer chose stands")
	require.Equal(t, ReasonWarrantyFailure, got.Reason)

	got = book.Triage(TriageAsk{Text: "坏了", Kind: KindRepair})
	require.Equal(t, ReasonDefective, got.Reason)
	require.Equal(t, KindRepair, got.Kind)

	got = book.Triage(TriageAsk{Text: "坏了", Kind: KindComplaint})
	require.Equal(t, KindComplaint, got.Kind)
	require.Empty(t, got.Reason, "no reason that the kind cannot have")
}

func TestAPolicyWithoutTriageSortsNothing(t *testing.T) {
	t.Parallel()
	library, err := Embedded()
	require.NoError(t, err)
	book, err := library.Book("default@2")
	require.NoError(t, err)
	got := book.Triage(TriageAsk{Text: "没收到"})
	require.Equal(t, ClassOther, got.Class)
	require.Zero(t, got.Strong)
	in, err := book.Intake(intakeOf(KindReturn, ReasonDefective, ChannelInApp))
	require.NoError(t, err)
	require.Empty(t, in.Class)
	require.Equal(t, "after_sales", in.Team)
}

// Whatever anybody writes: a class, a legal pair or none, and the same words in
// traditional characters, in full width or in capitals mean the same.
func TestTriageProperties(t *testing.T) {
	t.Parallel()
	book := newest(t, "default")
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text") + rapid.SampledFrom([]string{"", "没收到", "換貨", "Refund", "怎么", "坏了"}).Draw(rt, "word")
		ask := TriageAsk{Channel: rapid.SampledFrom(channels).Draw(rt, "channel"), Text: text}
		got := book.Triage(ask)
		require.True(rt, got.Class.Valid())
		require.Equal(rt, got.Kind == "", got.Reason == "")
		if got.Kind != "" {
			require.True(rt, LegalPair(got.Kind, got.Reason))
		}
		require.Equal(rt, got, book.Triage(ask))
		ask.Text = Fold(text)
		require.Equal(rt, got, book.Triage(ask), "a folded text says the same")
		require.Equal(rt, Fold(text), Fold(Fold(text)))
	})
}

func intakeOf(k Kind, r Reason, ch Channel) Opening {
	return Opening{CaseID: "case_1", ShopID: "shop-1", Kind: k, Reason: r, Channel: ch, OrderID: "o-1", CustomerID: "cus_1",
		Lines: []Line{{LineID: "l1", Quantity: 1}}, OpenedBy: System, OpenedAt: time.Date(2026, 5, 4, 2, 0, 0, 0, time.UTC)}
}

// Row 4: the class of a case that was opened without one, and which team gets it.
func TestIntakeSortsAndRoutes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		kind   Kind
		reason Reason
		ch     Channel
		given  CaseClass
		class  CaseClass
		team   string
	}{
		{KindReturn, ReasonDefective, ChannelInApp, "", ClassComplaint, "after_sales"},
		{KindClaim, ReasonNotReceived, ChannelChat, "", ClassComplaint, "logistics"},
		{KindComplaint, ReasonLateDelivery, ChannelEmail, "", ClassComplaint, "logistics"},
		{KindRepair, ReasonWarrantyFailure, ChannelPhone, "", ClassComplaint, "repairs"},
		{KindReturn, ReasonCounterfeit, ChannelInApp, "", ClassComplaint, "quality"},
		{KindReturn, ReasonCounterfeit, Channel12315, "", ClassComplaint, "regulator"},
		{KindReturn, ReasonDefective, ChannelAppeal, "", ClassComplaint, "disputes"},
		{KindOrderChange, ReasonAddressChange, ChannelInApp, "", ClassOther, "orders"},
		{KindComplaint, ReasonOther, ChannelInApp, ClassInquiry, ClassInquiry, "helpdesk"},
	} {
		t.Run(string(tc.kind)+" "+string(tc.reason)+" "+string(tc.ch), func(t *testing.T) {
			t.Parallel()
			o := intakeOf(tc.kind, tc.reason, tc.ch)
			o.Class = tc.given
			in, err := newest(t, "default").Intake(o)
			require.NoError(t, err)
			require.Equal(t, tc.class, in.Class)
			require.Equal(t, tc.team, in.Team)
		})
	}
}

// Rows 1 and 2: every channel has its own promise of a first reply; live ones count
// while the desk is open.
func TestEveryChannelHasItsReplyClock(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	at := time.Date(2026, 5, 8, 17, 55, 0, 0, zone) // Friday, five minutes before the desk closes; Saturday the 9th is made up for a holiday
	for ch, want := range map[Channel]string{
		ChannelInApp:  "2026-05-10 17:55",
		ChannelEmail:  "2026-05-09 17:55",
		ChannelChat:   "2026-05-09 09:05",
		ChannelPhone:  "2026-05-09 13:55",
		ChannelAppeal: "2026-05-09 17:55",
		Channel12315:  "2026-05-09 17:55",
	} {
		t.Run(string(ch), func(t *testing.T) {
			t.Parallel()
			book := newest(t, "default")
			k, err := book.Clock(&Case{Channel: ch}, ClockRequest{Name: ClockFirstResponse}, at)
			require.NoError(t, err)
			require.Equal(t, want, k.DueAt.In(zone).Format("2006-01-02 15:04"), k.Why)
			require.Equal(t, SilenceBreach, k.OnExpiry)
		})
	}
}

func TestPolicyRefusesTriageWithMistakes(t *testing.T) {
	t.Parallel()
	all, err := EmbeddedPolicies()
	require.NoError(t, err)
	library, err := Embedded()
	require.NoError(t, err)
	var source PolicySource
	for _, p := range all {
		if p.Name == "default" && p.Version == 3 {
			source = p
		}
	}
	for _, tc := range []struct{ name, old, new, want string }{
		{"class", "class: other\n  strong", "class: rant\n  strong", "triage.class: expected one of [inquiry complaint other]"},
		{"strong", "strong: 60", "strong: 0", "triage.strong: expected from which match"},
		{"pair", "kind: repair\n      reason: warranty_failure", "kind: complaint\n      reason: warranty_failure", "a complaint cannot be for warranty_failure"},
		{"half", "kind: repair\n      reason: warranty_failure", "kind: repair", "expected kind and reason together"},
		{"nothing", "{name: authority, channels: [regulator_12315, appeal_entrance], class: complaint, basis: design}",
			"{name: authority, channels: [regulator_12315, appeal_entrance], basis: design}", "expected what this rule says"},
		{"always", "{name: authority, channels: [regulator_12315, appeal_entrance],", "{name: authority,", "expected when this rule holds"},
		{"channel", "channels: [regulator_12315, appeal_entrance]", "channels: [regulator_12351]", `(did you mean regulator_12315?)`},
		{"twice", "name: missing_item", "name: not_received", "not_received stands twice"},
		{"word", "words: [没收到,", "words: ['!!',", "expected a word or phrase"},
		{"condition", `when: 'case.kind == "order_change"'`, `when: 'case.kind == "oder_change"'`, "oder_change"},
		{"basis", "class: complaint, basis: design}", "class: complaint}", "triage.rules[0].basis: expected"},
		{"team", "team: regulator", "team: The Regulator", "expected the name of a team"},
		{"team always", `when: case.kind == "repair", team`, `team`, "routing[5].when: expected"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			changed := PolicySource{Name: source.Name, Version: source.Version, Files: map[string]string{}}
			for name, text := range source.Files {
				changed.Files[name] = text
			}
			require.Equal(t, 1, strings.Count(changed.Files["triage.yaml"], tc.old), "%q", tc.old)
			changed.Files["triage.yaml"] = strings.Replace(changed.Files["triage.yaml"], tc.old, tc.new, 1)
			_, err := ParsePolicy("x", changed, library.Calendars())
			require.ErrorContains(t, err, tc.want)
		})
	}
}
