package ray.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private final Outbox outbox = new Outbox();
  private final List<Integer> sent = Collections.synchronizedList(new ArrayList<>());

  @Test
  void whatIsAddedWhileSomethingIsSentGoesAfterIt() {
    outbox.add(() -> {
      outbox.add(() -> sent.add(2));
      outbox.send();
      sent.add(1);
    });

    outbox.send();

    assertThat(sent).containsExactly(1, 2);
  }

  @Test
  void messageThatFailsDoesNotKeepOthers() {
    outbox.add(() -> {
      throw new IllegalStateException("gone");
    });
    outbox.add(() -> sent.add(1));

    assertThatThrownBy(outbox::send).hasMessage("gone");
    outbox.add(() -> sent.add(2));
    outbox.send();

    assertThat(sent).containsExactly(1, 2);
  }

  @Test
  void manyThreadsSendEachMessageOnceInTheOrderInWhichItWasAdded() throws InterruptedException {
    int messages = 20_000;
    int threads = 4;
    Object order = new Object();
    int[] next = {0};
    List<Thread> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      running.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int k = 0; k < messages / threads; k++) {
                  synchronized (order) {
                    int number = next[0]++;
                    outbox.add(() -> sent.add(number));
                  }
                  outbox.send();
                }
              }));
    }
    for (Thread thread : running) {
      thread.join();
    }

    assertThat(sent).containsExactlyElementsOf(IntStream.range(0, messages).boxed().toList());
  }
}
