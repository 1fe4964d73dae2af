package partners

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// decode reads the body of a control strictly, so that a typo does not go
// unnoticed; an empty body is {}.
func decode(body []byte, into any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return deny(http.StatusBadRequest, "malformed", err.Error())
	}
	return nil
}

// parse reads the body of an operation: JSON, unknown fields allowed.
func parse(body []byte, into any) (outcome, bool) {
	if err := json.Unmarshal(body, into); err != nil {
		return refuse(http.StatusBadRequest, "malformed", "the body is not the JSON that the contract asks for"), false
	}
	return outcome{}, true
}

func (p *partner) putSwitches(_ *http.Request, body []byte) (int, any, error) {
	var s Switches
	if err := decode(body, &s); err != nil {
		return 0, nil, err
	}
	s, err := s.check(p.operations)
	if err != nil {
		return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", err.Error())
	}
	p.switches.set(s)
	return http.StatusOK, s, nil
}

func (p *partner) putWebhookURL(_ *http.Request, body []byte) (int, any, error) {
	var target struct {
		URL string `json:"url"`
	}
	if err := decode(body, &target); err != nil {
		return 0, nil, err
	}
	if u, err := url.Parse(target.URL); target.URL != "" && (err != nil || u.Host == "") {
		return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", fmt.Sprintf("%q is not an absolute URL", target.URL))
	}
	p.box.SetWebhookURL(target.URL)
	return http.StatusOK, target, nil
}
