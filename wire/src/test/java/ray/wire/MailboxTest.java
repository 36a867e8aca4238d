package ray.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.core.Message;

@Timeout(60)
class MailboxTest {
  private record Numbered(int thread, int number) {}

  /** Records what it handles, and fails if two threads are in it. */
  private static final class Recorder extends Mailbox {
    final List<Object> handled = new ArrayList<>();
    private final AtomicInteger inside = new AtomicInteger();
    int overlaps;

    @Override
    protected void handle(Object event) {
      if (inside.incrementAndGet() != 1) {
        overlaps++;
      }
      handled.add(event);
      inside.decrementAndGet();
    }
  }

  @Test
  void handlesEachEventOnceAloneAndInTheOrderOfItsThread() throws InterruptedException {
    Recorder mailbox = new Recorder();
    int threads = 4;
    int events = 20_000;
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      int thread = t;
      Thread.startVirtualThread(() -> {
        for (int i = 0; i < events; i++) {
          mailbox.post(new Numbered(thread, i));
        }
        done.countDown();
      });
    }

    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();

    List<Object> handled = mailbox.call(() -> List.copyOf(mailbox.handled));
    assertThat(handled).hasSize(threads * events);
    assertThat(mailbox.overlaps).isZero();
    Map<Integer, Integer> last = new HashMap<>();
    for (Object each : handled) {
      Numbered event = (Numbered) each;
      assertThat(event.number()).isEqualTo(last.getOrDefault(event.thread(), -1) + 1);
      last.put(event.thread(), event.number());
    }
  }

  /** Passes a falling number to a neighbour. */
  private static final class Player extends Mailbox {
    Mailbox neighbour = this;
    int rounds;

    @Override
    protected void handle(Object event) {
      rounds++;
      if ((Integer) event > 0) {
        neighbour.post((Integer) event - 1);
      }
    }
  }

  @Test
  void followsLongChainsOfMessagesWithoutStack() {
    Player first = new Player();
    Player second = new Player();
    first.neighbour = second;
    second.neighbour = first;

    first.post(1_000_000);

    assertThat(first.call(() -> first.rounds) + second.call(() -> second.rounds))
        .isEqualTo(1_000_001);
  }

  @Test
  void answersAQuestionAfterTheEventsBeforeIt() {
    Recorder mailbox = new Recorder();
    mailbox.post("one");

    assertThat(mailbox.call(() -> mailbox.handled.size())).isEqualTo(1);
  }

  @Test
  void refusesAQuestionFromWithinACore() {
    Recorder asked = new Recorder();
    Mailbox asking =
        new Mailbox() {
          @Override
          protected void handle(Object event) {
            asked.call(() -> 1);
          }
        };

    assertThatThrownBy(() -> asking.post("event"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("while another one runs");
  }

  @Test
  void goesOnAfterAnEventThatThrows() {
    List<Object> handled = new ArrayList<>();
    Mailbox mailbox =
        new Mailbox() {
          @Override
          protected void handle(Object event) {
            if (event.equals("bad")) {
              throw new IllegalArgumentException("bad event");
            }
            handled.add(event);
          }
        };

    assertThatThrownBy(() -> mailbox.post("bad")).isInstanceOf(IllegalArgumentException.class);
    mailbox.post("good");

    assertThat(mailbox.call(() -> List.copyOf(handled))).containsExactly("good");
  }

  /** Leaves work to be done outside. */
  private static class Leaver extends Mailbox {
    final List<String> log = new ArrayList<>();
    private boolean due;

    @Override
    protected void handle(Object event) {
      due = true;
    }

    @Override
    protected Object leaving() {
      boolean leave = due;
      due = false;
      return leave ? "work" : "nothing";
    }

    @Override
    protected void afterwards(Object work) {
      if (work.equals("work")) {
        log.add("left");
        post("from outside");
      }
    }
  }

  @Test
  void letsWorkOutsidePostAgain() {
    Leaver mailbox =
        new Leaver() {
          private int posts;

          @Override
          protected void handle(Object event) {
            if (posts++ < 3) {
              super.handle(event);
            }
          }
        };

    mailbox.post("event");

    assertThat(mailbox.log).hasSize(3);
  }

  @Test
  void carriesMessagesToRegisteredProcessesOnly() {
    LocalTransport transport = new LocalTransport();
    List<Message> arrived = new ArrayList<>();
    Message message = new Message.ReclaimLeases(1, 0);
    transport.register(7, arrived::add);

    transport.send(7, message);
    transport.send(8, message);
    transport.unregister(7);
    transport.send(7, message);

    assertThat(arrived).containsExactly(message);
  }
}
