package dispute

// The tasks that people and parties are told of: the word "what" of a notice. Beside these
// it may be a problem, which says itself what is to be done.
const (
	TaskDecide                   = "decide"                      // nobody can go on without a decision; why says what happened
	TaskReply                    = "reply"                       // the customer wrote
	TaskApprove                  = "approve"                     // an amount needs an approval
	TaskAppeal                   = "appeal"                      // a ruling can be contested by the shop, or the customer contests one
	TaskMediate                  = "mediate"                     // customer and shop ask for somebody between them
	TaskAnswerProposal           = "answer_proposal"             // a mediator proposes something to the shop
	TaskSecondOpinion            = "second_opinion"              // the customer gave a bad mark for a settled case
	TaskOverdue                  = "overdue"                     // whoever was asked before has not decided
	TaskProve                    = "prove"                       // a side has to bring evidence; for the shop it is the desk
	TaskMentioned                = "mentioned"                   // a colleague mentions you in a note
	TaskAssigned                 = "assigned"                    // a case was given to you
	TaskSettle                   = "settle"                      // nobody knows what became of a payment
	TaskParcelCameBack           = "parcel_came_back"            // a return came back to the customer for the second time
	TaskGoodsOnTheirWay          = "goods_on_their_way"          // a case ended with goods on their way to the customer
	TaskRepairCancelledWithGoods = "repair_cancelled_with_goods" // a case was cancelled while the customer's goods are on their way back
	TaskAmendedAfterAll          = "amended_after_all"           // the order was changed although the change was given up
	TaskSecondNotice             = "second_notice"               // a claim is unanswered; this goes to the party that it was sent to
	TaskClaimDenied              = "claim_denied"                // a party denies a claim
	TaskRemainder                = "remainder"                   // a party paid less than was claimed
	TaskApproveWriteOff          = "approve_write_off"           // a colleague wants to write a claim off
)
