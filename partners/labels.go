package partners

import (
	"net/http"
	"time"
)

// LabelValidity is for how long the labels can be used that are issued from now on.
type LabelValidity struct {
	MS int64 `json:"ms"` // 0: thirty days
}

func (c *carrier) putValidity(_ *http.Request, body []byte) (int, any, error) {
	var v LabelValidity
	if err := decode(body, &v); err != nil {
		return 0, nil, err
	}
	if v.MS < 0 {
		return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", "ms is negative")
	}
	c.autoMu.Lock()
	defer c.autoMu.Unlock()
	c.validity = time.Duration(v.MS) * time.Millisecond
	return http.StatusOK, v, nil
}

// validUntil is when a label that is issued now ends.
func (c *carrier) validUntil(now time.Time) time.Time {
	c.autoMu.Lock()
	defer c.autoMu.Unlock()
	if c.validity > 0 {
		return now.Add(c.validity)
	}
	return now.Add(labelValidity).Truncate(time.Second)
}
