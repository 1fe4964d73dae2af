// Package partners is a sandbox of the partners that Redress works with: order
// system, warehouse, carrier, payment provider, notification channel and supplier, each a
// real HTTP server by the contract in docs/partners.yaml, with an append-only
// ledger of its own and switches for every way in which a partner can fail. It
// shares no code with the adapters, and serves demonstrations and tests.
//
// Besides the contract each server has controls, which no real partner has:
//
//	GET  /healthz
//	GET  /ledger?type=&case_id=&order_id=&kind=&key=&ref=&after=   the witness; type is effect (default),
//	                                      call, webhook or all
//	GET  /sandbox/switches, PUT /sandbox/switches             see Switches
//	PUT  /sandbox/webhook-url {url}                           where to report to, for all partners
//
// Order system:
//
//	POST /sandbox/orders                                      NewOrder; makes the outbound record, the
//	                                                          parcel and the captured payments too
//	PUT  /sandbox/credits                                     CreditMode: what becomes of coupons and gifts
//	POST /sandbox/credits/{key}/settle                        Settle; sends credit.updated
//
// Warehouse:
//
//	POST /sandbox/returns/{rma_id}/receive                    ReceiveReport; sends return.received
//	POST /sandbox/returns/{rma_id}/inspect                    InspectReport; sends return.inspected
//	POST /sandbox/returns/{rma_id}/correct                    Correction; sends return.corrected
//	POST /sandbox/replacements/{replacement_id}/report        SendingReport: reserved, shipped, signed, delayed ...
//	PUT  /sandbox/stock                                       Stock: whether goods can be had
//	POST /sandbox/repairs/{repair_id}/report                  RepairReport: diagnosed, repaired, shipped, returned ...
//	POST /sandbox/orders/{order_id}/dispatch                  DispatchFacts: the order leaves
//
// Carrier:
//
//	POST /sandbox/parcels/{carrier}/{tracking_number}         ParcelUpdate; may send tracking.updated
//	GET  /sandbox/auto, PUT /sandbox/auto                     Auto: play the customer and the warehouse
//	PUT  /sandbox/label-validity                              LabelValidity: how long labels are good for
//	POST /sandbox/claims/verdict                              ClaimVerdict; sends claim.updated
//
// Payment provider (a key is path-escaped):
//
//	GET  /sandbox/settlement, PUT /sandbox/settlement         Settlement: how refunds and payouts end
//	POST /sandbox/refunds/{key}/settle                        Settle; sends refund.updated
//	POST /sandbox/payouts/{key}/settle                        Settle; sends payout.updated
//	POST /sandbox/payments/{payment_id}/refund-elsewhere      Elsewhere: money given back without Redress
//	POST /sandbox/payments/{payment_id}/chargeback            Chargeback
//
// Notification channel, which is a mail server and a receiver of webhooks too:
//
//	PUT  /sandbox/mail-fault                                  MailFault: how the mail server fails
//	POST /hooks/{name}, PUT /sandbox/hooks/{name}             takes webhooks; HookSettings: how it answers
//
// Supplier:
//
//	POST /sandbox/claims/verdict                              ClaimVerdict; sends claim.updated
package partners
