// Package partners is a sandbox of the partners that Redress works with: order
// system, warehouse, carrier, payment provider and notification channel, each a
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
//
// Warehouse:
//
//	POST /sandbox/returns/{rma_id}/receive                    ReceiveReport; sends return.received
//	POST /sandbox/returns/{rma_id}/inspect                    InspectReport; sends return.inspected
//	POST /sandbox/returns/{rma_id}/correct                    Correction; sends return.corrected
//
// Carrier:
//
//	POST /sandbox/parcels/{carrier}/{tracking_number}         ParcelUpdate; may send tracking.updated
//	GET  /sandbox/auto, PUT /sandbox/auto                     Auto: play the customer and the warehouse
//
// Payment provider (a key is path-escaped):
//
//	GET  /sandbox/settlement, PUT /sandbox/settlement         Settlement: how refunds and payouts end
//	POST /sandbox/refunds/{key}/settle                        Settle; sends refund.updated
//	POST /sandbox/payouts/{key}/settle                        Settle; sends payout.updated
//	POST /sandbox/payments/{payment_id}/refund-elsewhere      Elsewhere: money given back without Redress
//	POST /sandbox/payments/{payment_id}/chargeback            Chargeback
package partners
