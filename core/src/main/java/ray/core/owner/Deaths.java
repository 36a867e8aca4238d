package ray.core.owner;

import ray.ErrorCode;
import ray.core.Message;
import ray.core.Outcome;

/** Another process is gone: what it owned is lost, what it held is not held any more. */
final class Deaths {
  private final long self;
  private final OwnerEffects effects;
  private final References references;
  private final Borrowing borrowing;
  private final Outcomes outcomes;
  private final Adoption adoption;
  private final Confirmations confirmations;

  Deaths(
      long self,
      OwnerEffects effects,
      References references,
      Borrowing borrowing,
      Outcomes outcomes,
      Adoption adoption,
      Confirmations confirmations) {
    this.self = self;
    this.effects = effects;
    this.references = references;
    this.borrowing = borrowing;
    this.outcomes = outcomes;
    this.adoption = adoption;
    this.confirmations = confirmations;
  }

  void died(long process, String reason) {
    for (OwnedReference own : references.owned()) {
      own.processDied(process);
      for (long borrower : own.registeredBy(process)) {
        effects.send(borrower, new Message.ConfirmBorrower(own.id(), process));
      }
      references.check(own);
    }
    for (BorrowedReference foreign : references.borrowed()) {
      if (foreign.id().owner() == process) {
        ownerDied(foreign, reason);
      } else if (foreign.isRegisteredBy(process) && !foreign.isRegisteredBy(self)) {
        // It may have died before it told the owner.
        borrowing.register(foreign, false);
      }
    }
    confirmations.registrarDied(process);
  }

  private void ownerDied(BorrowedReference foreign, String reason) {
    Outcome.Failed died =
        Outcome.Failed.of(
            ErrorCode.OWNER_DIED,
            "object "
                + foreign.id()
                + " is lost: the process that owned it is gone ("
                + reason
                + "); submit its task again from a process that lives");
    borrowing.acknowledged(foreign.id());
    outcomes.settle(foreign, died);
    adoption.makerDied(foreign, died);
    foreign.forgetRegistrations();
    references.check(foreign);
  }
}
