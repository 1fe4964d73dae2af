// Package webhook signs and verifies messages between Redress and its partners
// by the Standard Webhooks scheme (https://www.standardwebhooks.com): HMAC-SHA256
// over "id.timestamp.body", carried in the headers webhook-id, webhook-timestamp
// and webhook-signature.
//
// It knows nothing of HTTP servers or of what a message means. It is stricter
// than the reference library: an empty or short secret is refused, so that a
// forgotten setting never opens the door.
package webhook
