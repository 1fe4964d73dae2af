package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// mailTimeout bounds one step of the talk with the mail server.
const mailTimeout = 10 * time.Second

// Mailer sends notices by SMTP.
type Mailer struct {
	from    string
	domain  string // of the sender: names the messages
	host    string
	options []gomail.Option
}

// NewMailer makes a mailer from a URL and the sender's address:
//
//	smtp://user:password@mail.example.org:587        TLS by STARTTLS, or nothing is sent
//	smtps://user:password@mail.example.org:465       TLS from the beginning
//	smtp://127.0.0.1:1025?tls=none                   no TLS: on the same machine only
//	smtp://mail.example.org:25?tls=opportunistic     TLS where the server has it
//
// It does not connect yet.
func NewMailer(server, from string) (*Mailer, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, errors.New("mail: the server's URL cannot be read")
	}
	if (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("mail: %q is not smtp://host:port or smtps://host:port", u.Redacted())
	}
	if mailAddress(from) == "" {
		return nil, fmt.Errorf("mail: the sender %q is not an address such as service@example.org", from)
	}
	m := &Mailer{from: from, domain: from[strings.LastIndexByte(from, '@')+1:], host: u.Hostname()}
	m.options = []gomail.Option{gomail.WithTimeout(mailTimeout), gomail.WithHELO(m.domain), gomail.WithoutNoop()}
	port := 587
	if u.Scheme == "smtps" {
		port = 465
		m.options = append(m.options, gomail.WithSSL())
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, fmt.Errorf("mail: port %q", u.Port())
		}
	}
	policy, err := tlsPolicy(u)
	if err != nil {
		return nil, err
	}
	m.options = append(m.options, gomail.WithTLSPolicy(policy), gomail.WithPort(port))
	if user := u.User.Username(); user != "" {
		password, _ := u.User.Password()
		m.options = append(m.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(user), gomail.WithPassword(password))
	}
	if _, err := gomail.NewClient(m.host, m.options...); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return m, nil
}

func tlsPolicy(u *url.URL) (gomail.TLSPolicy, error) {
	switch choice := u.Query().Get("tls"); {
	case choice == "" || choice == "required":
		return gomail.TLSMandatory, nil
	case choice == "opportunistic":
		return gomail.TLSOpportunistic, nil
	case choice == "none" && u.User.Username() != "":
		return 0, errors.New("mail: a password is not sent without TLS")
	case choice == "none":
		return gomail.NoTLS, nil
	default:
		return 0, fmt.Errorf("mail: tls=%q; it may be required, opportunistic or none", choice)
	}
}

// Send sends one notification to an address. The same notification again is the same
// mail: its Message-ID and date follow from its key, so that a mailbox that has it shows
// it once. A 5xx of the server is final; everything else is tried again.
func (m *Mailer) Send(ctx context.Context, to string, n activities.Notification) error {
	message, err := m.message(to, n)
	if err != nil {
		return m.failed(http.StatusUnprocessableEntity, "invalid", err)
	}
	client, err := gomail.NewClient(m.host, m.options...)
	if err != nil {
		return m.failed(0, "", err)
	}
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	link, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return m.failed(0, "", err)
	}
	stop := context.AfterFunc(ctx, func() { ignore(link.Close()) })
	defer stop()
	err = client.SendWithSMTPClient(link, message)
	// What the server has taken is sent, however the talk ends.
	ignore(client.CloseWithSMTPClient(link))
	if err == nil || message.IsDelivered() {
		return nil
	}
	var refused *gomail.SendError
	if errors.As(err, &refused) && refused.ErrorCode() >= 500 && refused.ErrorCode() < 600 {
		return m.failed(http.StatusUnprocessableEntity, strconv.Itoa(refused.ErrorCode()), errors.New("the mail server refused it"))
	}
	return m.failed(0, "", err)
}

// failed is the failure without the address, which is personal and stands in the
// server's words.
func (m *Mailer) failed(status int, code string, err error) error {
	message := ""
	var network net.Error
	var temporary *gomail.SendError
	switch {
	case status != 0:
		message = err.Error()
	case errors.As(err, &temporary):
		message = "mail server: " + temporary.Reason.String() + " " + strconv.Itoa(temporary.ErrorCode())
	case errors.As(err, &network):
		message = "the mail server cannot be reached"
	}
	return &activities.PartnerError{Partner: "mail", Operation: "send", Status: status, Code: code, Message: message, Cause: err}
}

// message is the notification as a mail, text and simple HTML.
func (m *Mailer) message(to string, n activities.Notification) (*gomail.Msg, error) {
	message := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingB64))
	if err := message.From(m.from); err != nil {
		return nil, errors.New("the sender's address")
	}
	if err := message.To(to); err != nil {
		return nil, errors.New("the address")
	}
	message.Subject(n.Subject)
	message.SetMessageIDWithValue(messageID(n.Key, m.domain))
	at := n.At
	if at.IsZero() {
		at = time.Now()
	}
	message.SetDateWithValue(at)
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	message.SetGenHeader("List-Id", "<notices."+m.domain+">")
	if n.CaseID != "" {
		message.SetGenHeader(gomail.HeaderReferences, "<"+messageID(n.CaseID, m.domain)+">") // a case is one thread
	}
	if n.Language != "" {
		message.SetGenHeader("Content-Language", string(n.Language))
	}
	message.SetBodyString(gomail.TypeTextPlain, strings.ReplaceAll(n.Text, "\n", "\r\n"))
	message.AddAlternativeString(gomail.TypeTextHTML, page(n.Language, n.Text))
	return message, nil
}

// messageID names a mail by the key of its notice, without saying the key.
func messageID(key, domain string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16]) + "@" + domain
}

// page is a text as simple HTML: paragraphs and lines, nothing from elsewhere.
func page(language dispute.Language, text string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html><html lang="%s"><head><meta charset="utf-8"></head><body style="font-family:sans-serif;line-height:1.5">`, html.EscapeString(string(language)))
	for _, paragraph := range strings.Split(text, "\n\n") {
		b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(paragraph), "\n", "<br>\r\n") + "</p>\r\n")
	}
	b.WriteString("</body></html>\r\n")
	return b.String()
}

// ignore is for errors of which nothing follows.
func ignore(error) {}
