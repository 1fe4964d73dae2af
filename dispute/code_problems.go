package dispute

// The codes that say why a person is needed: the problem of a leg, the explanation that
// the desk reads, the reason of an entry and the word of a task. Those that the rules
// find are with the rules; docs/operations/codes.md lists them all.

// The problems of a return.
const (
	ProblemAnnouncementFailed  = "announcement_failed"   // the warehouse was not told of a return, so nobody expects it
	ProblemLabelFailed         = "label_failed"          // the carrier issued no label for a return, or no new one in place of the old
	ProblemGoodsNotReturned    = "goods_not_returned"    // the customer keeps goods that were exchanged in advance and has not sent the old ones
	ProblemReturnNotFound      = "return_not_found"      // a return is on its way too long, and the carrier does not know where it is
	ProblemReturnLost          = "return_lost"           // the carrier lost a return, and no rule refunds it
	ProblemCustomerParcelLost  = "customer_parcel_lost"  // a parcel with a number that the customer gave is lost; it may be anybody's
	ProblemReceiptNotConfirmed = "receipt_not_confirmed" // a return was delivered, and the warehouse has not counted it in
	ProblemInspectionOverdue   = "inspection_overdue"    // the warehouse has not said in time what it found
	ProblemInspectionCorrected = "inspection_corrected"  // the warehouse took back what it had said of the goods, after the case went on
	ProblemRestMissing         = "rest_missing"          // only a part of the goods came; that part is refunded already
	ProblemRestCameLate        = "rest_came_late"        // the missing part came after the case was settled; its money goes out by the same rule
	ProblemArrivedAfterExpiry  = "arrived_after_expiry"  // a return came after its refund was given up
	ProblemUndoFailed          = "undo_failed"           // a label, a return or a repair that is not wanted any more could not be called off
)

// The problems of goods sent anew, beside those of leg_replacement.go.
const (
	ProblemReplacementNotTaken  = "replacement_not_taken"  // the warehouse did not take the order for the goods
	ProblemReplacementOverdue   = "replacement_overdue"    // the goods have not left in time
	ProblemCancelledByWarehouse = "cancelled_by_warehouse" // the warehouse gave the goods up and did not say why
	ProblemGoodsHaveLeft        = "goods_have_left"        // goods left although they were not wanted any more
	ProblemArrivedAfterRefund   = "arrived_after_refund"   // goods arrived that were given up and paid for
)

// The problems of a repair, beside those of rulebook_repair.go.
const (
	ProblemQuoteNotAnswered   = "quote_not_answered"        // the customer has not said whether they pay for the repair
	ProblemRepairDeclined     = "repair_declined"           // the customer did not accept the price; a supervisor may still look at it
	ProblemRepairSentAfterEnd = "repair_sent_after_its_end" // the workshop sent goods back from a repair that was over
)

// The problems of a change of the order, beside those of leg_amendment.go.
const (
	ProblemNotHeld         = "not_held"         // the warehouse did not stop the parcel
	ProblemNotAmended      = "not_amended"      // the order system did not change the order
	ProblemAmendmentUnsure = "amendment_unsure" // nobody knows whether the order was changed
)

// The problems of money; the state or the provider's word follows the first three.
const (
	ProblemPayment        = "payment_"               // the provider did not pay; its word follows, as in payment_failed
	ProblemSettlement     = "settlement_"            // nobody knows in time what became of a payment; its state follows, as in settlement_unknown
	ProblemCancelledWhile = "cancelled_while_"       // the case was cancelled with a payment under way; its state follows, as in cancelled_while_unknown
	ProblemPaidLate       = "succeeded_after_failed" // a payment went through although it was given up
)

// The problems of the case as a whole.
const (
	ProblemNothingCarriedOut = "nothing_carried_out" // every step that was decided came to nothing
	ProblemApprovalRefused   = "approval_refused"    // whoever had to approve an amount refused it
	ProblemCountered         = "countered"           // the customer proposes something else
	ProblemReopened          = "reopened"            // the customer took a settled case up again
	ProblemRetried           = "retried"             // a step is tried again, so what was proposed is withdrawn
	ProblemGivenUp           = "given_up"            // a person resolved a step as failed
	ProblemClockExpired      = "clock_expired"       // a clock ran out for which the policy says that a person decides
	ProblemAgentSilent       = "agent_silent"        // no agent decided in time; a supervisor has the case
	ProblemMediationFailed   = "mediation_failed"    // both sides were asked and did not agree; a supervisor has the case
)

// The codes of partners that are told apart; docs/partners.yaml says where they come.
const (
	PartnerDispatched = "dispatched"          // the order has left and cannot be stopped
	PartnerShipped    = "replacement_shipped" // the goods have left and cannot be kept back
)
