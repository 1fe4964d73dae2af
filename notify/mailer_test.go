package notify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/notify"
	"github.com/redresshq/redress/partners"
)

// mailRig is a sandbox with its mail server.
func mailRig(t *testing.T) (*notify.Mailer, *partners.Client) {
	t.Helper()
	box, err := partners.Start(t.Context(), partners.Config{})
	require.NoError(t, err)
	drive := partners.NewClient(box.URLs())
	t.Cleanup(func() { drive.Close(); require.NoError(t, box.Close()) })
	m, err := notify.NewMailer("smtp://"+box.MailAddress()+"?tls=none", "service@shop.example.org")
	require.NoError(t, err)
	return m, drive
}

func received(t *testing.T, drive *partners.Client) []partners.Entry {
	t.Helper()
	all, err := drive.Ledger(t.Context(), partners.Notify, partners.Filter{Kind: "mail.received"})
	require.NoError(t, err)
	return all
}

func letter(key string) activities.Notification {
	return activities.Notification{Key: key, At: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), CaseID: "case_1", To: dispute.RoleCustomer,
		Language: dispute.LanguageChinese, Subject: "款项已发出：50.00 元", Text: "您好：\n\n我们已发出 <50.00 元>。"}
}

// A mail says what it should in text and in HTML, and again is the same mail.
func TestMailIsTheSameAgain(t *testing.T) {
	t.Parallel()
	m, drive := mailRig(t)
	n := letter("case_1/refunded/1")
	require.NoError(t, m.Send(t.Context(), "li.na@example.com", n))
	require.NoError(t, m.Send(t.Context(), "li.na@example.com", n))
	other := letter("case_1/refunded/2")
	require.NoError(t, m.Send(t.Context(), "li.na@example.com", other))
	got := received(t, drive)
	require.Len(t, got, 3)
	require.Equal(t, got[0].Key, got[1].Key)
	require.NotEqual(t, got[0].Key, got[2].Key)
	require.NotContains(t, got[0].Key, "case_1")
	require.Contains(t, string(got[0].Data), "款项已发出：50.00 元")
	require.Contains(t, string(got[0].Data), "\\u0026lt;50.00 元", "escaped in HTML")
	require.Contains(t, string(got[0].Data), `"auto_submitted":"auto-generated"`)
	require.Contains(t, string(got[0].Data), `"language":"zh-CN"`)
}

// Nothing that a subject or an address holds becomes a header or another recipient.
func TestMailHeadersCannotBeForged(t *testing.T) {
	t.Parallel()
	m, drive := mailRig(t)
	n := letter("k")
	n.Subject = "hello\r\nBcc: eve@example.com"
	require.NoError(t, m.Send(t.Context(), "li.na@example.com", n))
	got := received(t, drive)
	require.Len(t, got, 1)
	require.Equal(t, "li.na@example.com", got[0].Ref)

	gateway := &fakeGateway{}
	c := &notify.Channels{Gateway: gateway, Mail: m}
	for _, contact := range []string{`{"email":"a@example.com\r\nBcc: eve@example.com"}`, `{"email":"a@example.com, eve@example.com"}`,
		`{"email":"Eve <eve@example.com>"}`, `{"phone":"123"}`, "13800000000", "", `{"email":"nobody"}`, "a@b@c"} {
		n := letter("k2")
		n.Contact = contact
		require.Equal(t, dispute.NoticeByGateway, c.Channel(n), contact)
		require.NoError(t, c.Notify(t.Context(), n))
	}
	require.Equal(t, 8, gateway.calls)
	n.Contact = `{"name":"Li Na","email":"li.na@example.com"}`
	require.Equal(t, dispute.NoticeByMail, c.Channel(n))
	n.To = dispute.RoleSupervisor
	require.Equal(t, dispute.NoticeByGateway, c.Channel(n), "a notice to staff never goes to the customer")
	require.Len(t, received(t, drive), 1)
}

// A report that is about no case goes to the supervisors' address under its own key.
func TestMailWithoutACase(t *testing.T) {
	t.Parallel()
	m, drive := mailRig(t)
	c := &notify.Channels{Gateway: &fakeGateway{}, Mail: m, Staff: map[dispute.Role]string{dispute.RoleSupervisor: "lead@shop.example.org"}}
	report := activities.Notification{Key: "report/weekly/2026-W47", To: dispute.RoleSupervisor, Subject: "Week 47", Text: "All well."}
	require.NoError(t, c.Notify(t.Context(), report))
	require.Equal(t, "lead@shop.example.org", received(t, drive)[0].Ref)
}

// What a mail server refuses for good is final; everything else is tried again; the
// address stands in no error.
func TestMailErrors(t *testing.T) {
	t.Parallel()
	m, drive := mailRig(t)
	for _, row := range []struct {
		fault partners.MailFault
		want  dispute.Code
	}{
		{partners.MailFault{Status: 550}, dispute.CodeDeclined}, {partners.MailFault{Status: 451}, dispute.CodeUnavailable},
		{partners.MailFault{Down: true}, dispute.CodeUnavailable}, {partners.MailFault{LoseReply: true}, dispute.CodeUnavailable},
	} {
		require.NoError(t, drive.MailFault(t.Context(), row.fault))
		err := m.Send(t.Context(), "li.na@example.com", letter("k"))
		require.Equal(t, row.want, activities.Code(activities.Classify(err)), "%+v: %v", row.fault, err)
		require.NotContains(t, err.Error(), "li.na")
	}
}

func TestMailSettings(t *testing.T) {
	t.Parallel()
	for _, bad := range []struct{ server, from string }{
		{"http://x", "a@example.org"}, {"smtp://", "a@example.org"}, {"smtp://x:1", "nobody"}, {"smtp://x:1?tls=perhaps", "a@example.org"},
		{"smtp://user:secret@x:1?tls=none", "a@example.org"},
	} {
		_, err := notify.NewMailer(bad.server, bad.from)
		require.Error(t, err, bad.server)
		require.NotContains(t, err.Error(), "secret")
	}
	for _, good := range []string{"smtp://user:pw@mail.example.org", "smtps://mail.example.org:465", "smtp://localhost:25?tls=opportunistic"} {
		_, err := notify.NewMailer(good, "a@example.org")
		require.NoError(t, err, good)
	}
}
