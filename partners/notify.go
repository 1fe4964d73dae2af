package partners

import (
	"encoding/json"
	"net/http"

	"github.com/redresshq/redress/dispute"
)

// notice is a message to a person. The ledger keeps it whole, the contact too.
type notice struct {
	CaseID     string            `json:"case_id"`
	CustomerID string            `json:"customer_id,omitempty"`
	To         dispute.Role      `json:"to"`
	Milestone  dispute.Milestone `json:"milestone"`
	Number     int               `json:"number"`
	Contact    string            `json:"contact,omitempty"`
	Data       json.RawMessage   `json:"data,omitempty"`
}

// channel delivers notices.
type channel struct{ *partner }

func newChannel(box *Sandbox) *channel {
	c := &channel{partner: newPartner(box, Notify)}
	c.operation("POST /v1/notices", "notify", c.deliver)
	return c
}

func (c *channel) deliver(_ *http.Request, body []byte) (outcome, error) {
	var n notice
	if out, ok := parse(body, &n); !ok {
		return out, nil
	}
	if n.CaseID == "" || n.To == "" || n.Milestone == "" {
		return refuse(http.StatusUnprocessableEntity, "invalid", "case_id, to and milestone are needed"), nil
	}
	e, err := effect("notice.delivered", n)
	e.CaseID = n.CaseID
	return outcome{status: http.StatusAccepted, body: map[string]string{"notice_id": newID("notice")}, effect: &e}, err
}
