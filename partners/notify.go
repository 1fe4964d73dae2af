package partners

import (
	"encoding/json"
	"net/http"

	"github.com/redresshq/redress/dispute"
)

// notice is a message to a person. The ledger keeps it whole, the contact too.
type notice struct {
	CaseID     string            `json:"case_id,omitempty"` // "" for what is about no case: a report
	CustomerID string            `json:"customer_id,omitempty"`
	To         dispute.Role      `json:"to"`
	Milestone  dispute.Milestone `json:"milestone,omitempty"`
	Number     int               `json:"number"`
	Contact    string            `json:"contact,omitempty"`
	Data       json.RawMessage   `json:"data,omitempty"`
	Language   dispute.Language  `json:"language,omitempty"`
	Subject    string            `json:"subject,omitempty"`
	Text       string            `json:"text,omitempty"`
}

// channel delivers notices.
type channel struct {
	*partner
	mail  *mailbox // a mail server beside it
	hooks *hooks   // and the shop's own systems
}

func newChannel(box *Sandbox) *channel {
	c := &channel{partner: newPartner(box, Notify)}
	c.mail, c.hooks = newMailbox(c.partner), newHooks(c.partner)
	c.operation("POST /v1/notices", "notify", c.deliver)
	return c
}

func (c *channel) deliver(_ *http.Request, body []byte) (outcome, error) {
	var n notice
	if out, ok := parse(body, &n); !ok {
		return out, nil
	}
	if n.To == "" || ((n.CaseID == "" || n.Milestone == "") && n.Subject == "") {
		return refuse(http.StatusUnprocessableEntity, "invalid", "to is needed, and case_id with milestone, or a subject"), nil
	}
	e, err := effect("notice.delivered", n)
	e.CaseID = n.CaseID
	return outcome{status: http.StatusAccepted, body: map[string]string{"notice_id": newID("notice")}, effect: &e}, err
}
