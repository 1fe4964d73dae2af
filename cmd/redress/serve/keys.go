package serve

import (
	"fmt"
	"log/slog"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/store/seal"
)

// dataKeys are the keys of the settings. Without any, what people write is kept as it
// is; the log says so, since nobody wants that by oversight.
func dataKeys(c config.Config, log *slog.Logger) (*seal.Keys, error) {
	keys, err := seal.Parse(c.DataKeys)
	if err != nil {
		return nil, fmt.Errorf("REDRESS_DATA_KEYS: %w", err)
	}
	if keys == nil {
		log.Warn("REDRESS_DATA_KEYS is not set: what people write and send in is kept unencrypted; make a key with `redress key`")
	}
	return keys, nil
}
