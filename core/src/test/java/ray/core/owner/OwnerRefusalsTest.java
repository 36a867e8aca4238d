package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ray.core.owner.OwnerFixture.KEY;
import static ray.core.owner.OwnerFixture.NODE;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.SELF;
import static ray.core.owner.OwnerFixture.WORKER;
import static ray.core.owner.OwnerFixture.of;
import static ray.core.owner.OwnerFixture.own;
import static ray.core.owner.OwnerFixture.value;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ray.ActorId;
import ray.core.ActorSpec;
import ray.core.Invariant;
import ray.core.Message;

/** What an owner refuses: messages that are for others, and what breaks its rules. */
@NullUnmarked
class OwnerRefusalsTest {
  private static final ActorSpec SPEC = OwnerFixture.actor(own(-2), 0);
  private static final ActorId ACTOR = SPEC.id();

  private final OwnerFixture owner = new OwnerFixture();

  static Stream<Message> messagesForOthers() {
    return Stream.of(
        new Message.RequestLeases(SELF, 1, KEY, 1),
        new Message.AttachLease(1, SELF, KEY, 0),
        new Message.SuspendLease(1),
        new Message.ReplaceLease(WORKER, SELF, 1, KEY),
        new Message.ResumeLease(1),
        new Message.LeaseResumed(1),
        new Message.ReturnLease(1),
        new Message.PushTasks(SELF, List.of()),
        new Message.ShrinkLeases(SELF, KEY, 1),
        new Message.ItemsTaken(own(2), 1),
        new Message.RegisterActor(SPEC, null, SELF),
        new Message.WatchActor(ACTOR, SELF),
        new Message.PlaceActor(SPEC, null, 0, SELF),
        new Message.CreateActor(SPEC, null, 0, SELF, 1, 0),
        new Message.ActorCreated(ACTOR, 0, WORKER, null, List.of()),
        new Message.PushCalls(SELF, ACTOR, 0, List.of()),
        new Message.ActorOutOfScope(ACTOR),
        new Message.KillActor(ACTOR, false, "killed"),
        new Message.StopActor(ACTOR, 0, "killed", false),
        new Message.ActorStopped(ACTOR, 0, true, "killed"),
        new Message.RegisterNode(null),
        new Message.JobEnded(1),
        new Message.NodesChanged(List.of(), List.of()),
        new Message.CancelRun(own(2), false));
  }

  @ParameterizedTest
  @MethodSource("messagesForOthers")
  void aMessageThatIsForAnotherPartIsAnError(Message message) {
    assertThatThrownBy(() -> owner.receive(message))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not for an owner");
  }

  @Test
  void anObjectOfAnotherProcessIsNotMadeHere() {
    assertThatThrownBy(() -> owner.put(of(OTHER, 2), value("a")))
        .isInstanceOf(Invariant.Broken.class)
        .hasMessageContaining("only objects of its own");
  }

  @Test
  void anObjectIsNotMadeTwice() {
    owner.put(own(2), value("a"));

    assertThatThrownBy(() -> owner.put(own(2), value("b")))
        .isInstanceOf(Invariant.Broken.class)
        .hasMessageContaining("made once");
  }

  @Test
  void anActorHasANegativeNumber() {
    assertThatThrownBy(() -> owner.createActor(own(2), 0))
        .isInstanceOf(Invariant.Broken.class)
        .hasMessageContaining("negative numbers");
  }

  @Test
  void aHandleIsNotDroppedTwice() {
    owner.put(own(2), value("a"));
    owner.put(own(4), value("b", own(2)));
    owner.drop(own(2));

    assertThatThrownBy(() -> owner.drop(own(2)))
        .isInstanceOf(Invariant.Broken.class)
        .hasMessageContainingAll("not negative", own(2).toString(), "handles=-1");
  }

  @Test
  void aWorkerDoesNotReturnMoreLeasesThanItHas() {
    owner.submit(own(2), 0);
    owner.submit(own(4), 0);
    owner.grant(1);
    owner.receive(new Message.LeasesGranted(NODE, KEY, OTHER, 1));

    assertThatThrownBy(() -> owner.receive(new Message.LeasesReturned(WORKER, KEY, 2, 2)))
        .isInstanceOf(Invariant.Broken.class)
        .hasMessageContaining("leases on a worker");
  }

  @Test
  void aGeneratorsItemsComeInOrder() {
    Task generator = new Task(OwnerFixture.spec(own(2), -1, 0, null, List.of()), "stream");
    owner.core.submit(generator, new Object[0], null, 1);
    owner.grant(1);

    assertThatThrownBy(
            () -> owner.receive(new Message.ItemMade(WORKER, own(2), 1, 1, value("second"))))
        .isInstanceOf(Invariant.Broken.class)
        .hasMessageContainingAll("items come in order", own(2).toString());
  }
}
