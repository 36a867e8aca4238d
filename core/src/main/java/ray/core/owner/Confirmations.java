package ray.core.owner;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ray.ObjectId;
import ray.core.DeadProcesses;
import ray.core.Message;

/**
 * Answers owners who ask which of a dead registrar's registrations this process knows of. What the
 * registrar told of them may have been lost with it, and then nobody would ever give them back.
 *
 * <p>An answer is given only when this process has learned of the death itself: until then a result
 * of the dead one may still come, and count a registration.
 */
final class Confirmations {
  private final long self;
  private final OwnerEffects effects;
  private final DeadProcesses dead;
  private final References references;

  /** What is asked, by the registrar whose death is not known here. */
  private final Map<Long, List<ObjectId>> waiting = new HashMap<>();

  Confirmations(long self, OwnerEffects effects, DeadProcesses dead, References references) {
    this.self = self;
    this.effects = effects;
    this.dead = dead;
    this.references = references;
  }

  void asked(Message.ConfirmBorrower question) {
    if (dead.contains(question.registrar())) {
      answer(question.object(), question.registrar());
    } else {
      waiting
          .computeIfAbsent(question.registrar(), missing -> new ArrayList<>())
          .add(question.object());
    }
  }

  /** Nothing more comes of a registrar. */
  void registrarDied(long registrar) {
    List<ObjectId> asked = waiting.remove(registrar);
    if (asked != null) {
      asked.forEach(object -> answer(object, registrar));
    }
  }

  private void answer(ObjectId object, long registrar) {
    int known =
        references.find(object) instanceof BorrowedReference foreign
            ? foreign.registrationsBy(registrar)
            : 0;
    effects.send(object.owner(), new Message.BorrowerConfirmed(object, self, registrar, known));
  }
}
