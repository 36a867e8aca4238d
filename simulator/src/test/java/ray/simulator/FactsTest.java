package ray.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import ray.ErrorCode;
import ray.ObjectId;
import ray.Resources;
import ray.SchedulingStrategy;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/** Which losses deaths justify: those of what they touched. */
class FactsTest {
  private static final long OWNER = 1;
  private static final long GIVER = 2;
  private static final long READER = 3;
  private static final long BYSTANDER = 4;
  private static final long JOB = 7;
  private static final ObjectId X = new ObjectId(OWNER, 2);
  private static final ObjectId UMBRELLA = new ObjectId(OWNER, 4);

  private final Facts facts = new Facts(true, (process, object) -> true);

  private static Outcome.Failed lost(ObjectId object) {
    return Outcome.Failed.of(ErrorCode.OBJECT_LOST, "object " + object + " is gone: too late");
  }

  private static Outcome.Inline containing(ObjectId inner) {
    return new Outcome.Inline("value", 16, List.of(inner));
  }

  private static TaskSpec task(int maxRetries, ObjectId inside) {
    var function = new FunctionKey("f", Resources.ONE_CPU, SchedulingStrategy.standard());
    var policy = new TaskPolicy(maxRetries, "", 0, 0, "", Map.of());
    var call = new CallSpec(OWNER, function, "TASK 7", "f", 1, policy);
    return new TaskSpec(new ObjectId(OWNER, 8), null, call, new Object[0], List.of(inside), null);
  }

  private void push(TaskSpec task, int attempt, long worker) {
    var push = new Message.Push(task, attempt, null);
    facts.sent(OWNER, worker, new Message.PushTasks(OWNER, List.of(push)));
  }

  @Test
  void anObjectIsNotLostByTheDeathOfOneThatNeverHadIt() {
    facts.sent(GIVER, READER, new Message.ItemMade(GIVER, X, 1, 0, containing(X)));

    facts.died(BYSTANDER);

    assertThat(facts.mayBeLost(X, READER)).isFalse();
    assertThatThrownBy(() -> facts.sent(OWNER, READER, new Message.Resolved(X, lost(X), false)))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("was freed");
  }

  @Test
  void anObjectMayBeLostWithTheOneThatGaveIt() {
    facts.sent(GIVER, READER, new Message.ItemMade(GIVER, X, 1, 0, containing(X)));

    facts.died(GIVER);
    facts.sent(OWNER, READER, new Message.Resolved(X, lost(X), false));

    facts.checkFailure(lost(X), JOB);
    assertThat(facts.mayBeLost(X, BYSTANDER)).isFalse();
  }

  @Test
  void anObjectMayBeLostWithTheOneThatGaveWhatContainsIt() {
    push(task(0, UMBRELLA), 1, GIVER);
    facts.sent(GIVER, READER, new Message.ItemMade(GIVER, X, 1, 0, containing(UMBRELLA)));
    facts.sent(OWNER, READER, new Message.Resolved(UMBRELLA, containing(X), false));

    facts.died(GIVER);

    assertThat(facts.mayBeLost(X, READER)).isTrue();
    assertThat(facts.mayBeLost(new ObjectId(OWNER, 6), READER)).isFalse();
  }

  @Test
  void anOwnersDeathExplainsTheLossOfItsObjectsAlone() {
    facts.died(OWNER);

    Outcome.Failed ofOwner = ownerDied(X);
    facts.checkFailure(ofOwner, JOB);
    Outcome.Failed ofOther = ownerDied(new ObjectId(BYSTANDER, 2));
    assertThatThrownBy(() -> facts.checkFailure(ofOther, JOB))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("nothing explains");
  }

  private static Outcome.Failed ownerDied(ObjectId object) {
    return Outcome.Failed.of(
        ErrorCode.OWNER_DIED,
        "object " + object + " is lost: the process that owned it is gone (it was killed)");
  }

  @Test
  void aTaskIsLostWithTheWorkerOfItsLastAttempt() {
    TaskSpec task = task(1, X);
    push(task, 1, GIVER);
    push(task, 2, BYSTANDER);
    Outcome.Failed failed =
        Outcome.Failed.of(
            ErrorCode.WORKER_DIED,
            "task TASK 7 failed: its worker died (it was killed) and its 1 retries are used up");

    facts.died(GIVER);
    assertThatThrownBy(() -> facts.checkFailure(failed, JOB)).isInstanceOf(Violation.class);

    facts.died(BYSTANDER);
    facts.checkFailure(failed, JOB);
  }

  @Test
  void aNodesDeathExplainsThatItsResourceIsNowhere() {
    Outcome.Failed failed =
        Outcome.Failed.of(
            ErrorCode.OUT_OF_RESOURCES,
            "task e asks for {n4: 0.5}, which no node can ever provide: node 9 has {CPU: 1}");

    facts.died(OWNER);
    assertThatThrownBy(() -> facts.checkFailure(failed, JOB)).isInstanceOf(Violation.class);

    facts.died(BYSTANDER);
    facts.checkFailure(failed, JOB);
  }

  @Test
  void theEndOfAJobExplainsItsCancelledTasksAndNoOthers() {
    Outcome.Failed cancelled =
        Outcome.Failed.of(ErrorCode.TASK_CANCELLED, "its Ray instance was closed");

    facts.jobEnded(JOB);

    facts.checkFailure(cancelled, JOB);
    assertThatThrownBy(() -> facts.checkFailure(cancelled, JOB + 1)).isInstanceOf(Violation.class);
  }

  @Test
  void whatAProgramPlannedNeedsNoFault() {
    Outcome.Failed planned = Outcome.Failed.of(ErrorCode.TASK_FAILED, Facts.PLANNED);

    facts.checkFailure(planned, JOB);

    assertThat(Facts.isPlanned(planned)).isTrue();
    assertThat(Facts.isPlanned(ownerDied(X))).isFalse();
  }
}
