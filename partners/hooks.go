package partners

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/redresshq/redress/webhook"
)

// HookSettings are how the receiver of the shop's webhooks behaves: POST /hooks/<name>.
type HookSettings struct {
	// Secrets check the signatures; none: nothing is taken.
	Secrets []string `json:"secrets"`
	// Status is answered to what is signed well instead of 200, e.g. 500 or 410; it is
	// in the ledger all the same, as webhook.refused.
	Status int `json:"status,omitempty"`
	// Location goes with a 3xx.
	Location string `json:"location,omitempty"`
}

// Hook is one message that the receiver was sent, whatever it answered.
type Hook struct {
	Name     string          `json:"name"`
	ID       string          `json:"id"` // webhook-id
	Verified bool            `json:"verified"`
	Status   int             `json:"status"` // that it was answered
	Body     json.RawMessage `json:"body,omitempty"`
}

// hooks plays the shop's own systems, each under a name: it checks the signature and
// keeps what came in the ledger of the notification partner.
type hooks struct {
	p  *partner
	mu sync.Mutex
	by map[string]HookSettings
}

func newHooks(p *partner) *hooks {
	h := &hooks{p: p, by: map[string]HookSettings{}}
	p.control("PUT /sandbox/hooks/{name}", func(r *http.Request, body []byte) (int, any, error) {
		var s HookSettings
		if err := decode(body, &s); err != nil {
			return 0, nil, err
		}
		for _, secret := range s.Secrets {
			if err := webhook.CheckSecret(secret); err != nil {
				return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", err.Error())
			}
		}
		h.mu.Lock()
		h.by[r.PathValue("name")] = s
		h.mu.Unlock()
		return http.StatusOK, map[string]int{"secrets": len(s.Secrets), "status": s.Status}, nil
	})
	p.mux.HandleFunc("POST /hooks/{name}", h.receive)
	return h
}

// receive answers as a careful receiver does: 401 to what is not signed, 200 to the rest.
func (h *hooks) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		h.p.write(w, http.StatusRequestEntityTooLarge, failure("too_large", "the body is too large"))
		return
	}
	name := r.PathValue("name")
	h.mu.Lock()
	settings := h.by[name]
	h.mu.Unlock()
	got := Hook{Name: name, Status: http.StatusOK}
	got.ID, err = webhook.Verify(settings.Secrets, r.Header, body, time.Now(), 0)
	got.Verified = err == nil
	switch {
	case !got.Verified:
		got.Status = http.StatusUnauthorized
	case settings.Status != 0:
		got.Status = settings.Status
	}
	if json.Valid(body) {
		got.Body = body
	}
	kind := "webhook.received"
	if got.Status/100 != 2 {
		kind = "webhook.refused"
	}
	e, err := effect(kind, got)
	if err != nil {
		h.p.write(w, http.StatusInternalServerError, failure("ledger", err.Error()))
		return
	}
	var about struct {
		Data struct {
			CaseID string `json:"case_id"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &about) == nil {
		e.CaseID = about.Data.CaseID
	}
	e.Key, e.Ref = got.ID, name
	h.p.note(e)
	if settings.Location != "" {
		w.Header().Set("Location", settings.Location)
	}
	h.p.write(w, got.Status, map[string]bool{"verified": got.Verified})
}
