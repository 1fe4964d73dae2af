package partners

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Mail is one message that the sandbox's mail server took.
type Mail struct {
	From      string `json:"from"`
	To        string `json:"to"`
	MessageID string `json:"message_id"`
	Subject   string `json:"subject"`
	Text      string `json:"text"`
	HTML      string `json:"html"`
	Language  string `json:"language,omitempty"`
	Auto      string `json:"auto_submitted,omitempty"`
	Thread    string `json:"references,omitempty"`
}

// mailLimits of one talk.
const (
	maxMail  = 1 << 20
	mailIdle = 30 * time.Second
)

// MailFault is what the mail server does wrong.
type MailFault struct {
	// Status answers every message with this SMTP code instead of taking it, e.g. 451 or 550.
	Status int `json:"status,omitempty"`
	// LoseReply takes the message and ends the talk without an answer.
	LoseReply bool `json:"lose_reply,omitempty"`
	// Down ends every talk at once.
	Down bool `json:"down,omitempty"`
}

// mailbox is a mail server of the notification partner: it takes everything, keeps it in
// the ledger as mail.received, and delivers nothing.
type mailbox struct {
	p        *partner
	listener net.Listener

	mu    sync.Mutex
	fault MailFault
	talks map[net.Conn]bool
}

func newMailbox(p *partner) *mailbox {
	m := &mailbox{p: p, talks: map[net.Conn]bool{}}
	p.control("PUT /sandbox/mail-fault", func(_ *http.Request, body []byte) (int, any, error) {
		var f MailFault
		if err := decode(body, &f); err != nil {
			return 0, nil, err
		}
		m.mu.Lock()
		m.fault = f
		m.mu.Unlock()
		return http.StatusOK, f, nil
	})
	return m
}

func (m *mailbox) listen(ctx context.Context, host string, port int) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("mail: listen: %w", err)
	}
	m.listener = listener
	return nil
}

func (m *mailbox) serve() {
	m.p.box.tasks.run(func(context.Context) {
		for {
			conn, err := m.listener.Accept()
			if err != nil {
				return // closed
			}
			m.mu.Lock()
			m.talks[conn] = true
			m.mu.Unlock()
			m.p.box.tasks.run(func(context.Context) {
				m.talk(conn)
				m.mu.Lock()
				delete(m.talks, conn)
				m.mu.Unlock()
			})
		}
	})
}

// close ends the listener and all talks.
func (m *mailbox) close() error {
	if m.listener == nil {
		return nil
	}
	err := ignoreClosed(m.listener.Close())
	m.mu.Lock()
	defer m.mu.Unlock()
	for conn := range m.talks {
		err = errors.Join(err, ignoreClosed(conn.Close()))
	}
	return err
}

func (m *mailbox) faults() MailFault {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fault
}

// talk speaks as much SMTP as a client needs.
func (m *mailbox) talk(conn net.Conn) {
	defer func() {
		if err := conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			m.p.box.config.Log.Debug("sandbox mail", "error", err)
		}
	}()
	if m.faults().Down {
		return
	}
	text := textproto.NewConn(conn)
	say := func(format string, args ...any) bool {
		return conn.SetDeadline(time.Now().Add(mailIdle)) == nil && text.PrintfLine(format, args...) == nil
	}
	if !say("220 sandbox ESMTP") {
		return
	}
	from, to := "", ""
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			say("250-sandbox\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE %d", maxMail)
		case "HELO", "NOOP":
			say("250 ok")
		case "RSET":
			from, to = "", ""
			say("250 ok")
		case "MAIL":
			from = angled(rest)
			say("250 ok")
		case "RCPT":
			to = angled(rest)
			say("250 ok")
		case "DATA":
			if to == "" {
				say("503 RCPT first")
				continue
			}
			if !say("354 go on") || !m.data(text, from, to, say) {
				return
			}
		case "QUIT":
			say("221 bye")
			return
		default:
			say("502 not here")
		}
	}
}

// data takes one message; it says whether the talk goes on.
func (m *mailbox) data(text *textproto.Conn, from, to string, say func(string, ...any) bool) bool {
	raw, err := io.ReadAll(io.LimitReader(text.DotReader(), maxMail+1))
	if err != nil || len(raw) > maxMail {
		say("552 too large")
		return false
	}
	fault := m.faults()
	if fault.Status != 0 {
		return say("%d the sandbox was told to refuse it", fault.Status)
	}
	if err := m.keep(string(raw), from, to); err != nil {
		return say("554 %s", strings.ReplaceAll(err.Error(), "\n", " "))
	}
	return !fault.LoseReply && say("250 taken")
}

// keep writes a message to the ledger, under its Message-ID.
func (m *mailbox) keep(raw, from, to string) error {
	parsed, err := mail.ReadMessage(bufio.NewReader(strings.NewReader(raw)))
	if err != nil {
		return fmt.Errorf("unreadable: %w", err)
	}
	got := Mail{From: from, To: to, MessageID: strings.Trim(parsed.Header.Get("Message-ID"), "<>"),
		Language: parsed.Header.Get("Content-Language"), Auto: parsed.Header.Get("Auto-Submitted"),
		Thread: strings.Trim(parsed.Header.Get("References"), "<>")}
	if got.Subject, err = new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); err != nil {
		return fmt.Errorf("subject: %w", err)
	}
	if err := got.read(textproto.MIMEHeader(parsed.Header), parsed.Body); err != nil {
		return err
	}
	e, err := effect("mail.received", got)
	if err != nil {
		return err
	}
	e.Key, e.Ref, e.CaseID = got.MessageID, got.To, caseOf(got.Text)
	m.p.note(e)
	return nil
}

// read takes the text and the page out of a message or a part of one.
func (g *Mail) read(h textproto.MIMEHeader, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("content type: %w", err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("parts: %w", err)
			}
			if err := g.read(part.Header, part); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("body: %w", err)
	}
	words := strings.ReplaceAll(string(raw), "\r\n", "\n")
	switch kind {
	case "text/plain":
		g.Text = strings.TrimSpace(words)
	case "text/html":
		g.HTML = words
	}
	return nil
}

// angled is the address between < and >.
func angled(text string) string {
	_, rest, _ := strings.Cut(text, "<")
	address, _, _ := strings.Cut(rest, ">")
	return address
}

// caseOf finds the case that a text is about, so that the ledger can be asked for it.
func caseOf(text string) string {
	i := strings.Index(text, "case_")
	if i < 0 {
		return ""
	}
	end := i + len("case_")
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || text[end] >= 'a' && text[end] <= 'z') {
		end++
	}
	return text[i:end]
}
