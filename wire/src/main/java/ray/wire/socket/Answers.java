package ray.wire.socket;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import ray.wire.codec.Request;
import ray.wire.codec.Response;

/** Answers what other processes ask among their messages. Thread-safe. */
final class Answers {
  private final SocketTransport transport;

  Answers(SocketTransport transport) {
    this.transport = transport;
  }

  void asked(long peer, Request request) {
    SocketTransport.Questions questions = transport.config().questions();
    CompletableFuture<byte[]> known =
        questions.answerAtOnce(peer, request.kind(), request.payload());
    if (known != null) {
      known.whenComplete((answer, failure) -> reply(peer, request, answer, failure));
      return;
    }
    Thread.startVirtualThread(() -> {
      try {
        reply(peer, request, questions.answer(peer, request.kind(), request.payload()), null);
      } catch (Exception | LinkageError e) {
        reply(peer, request, null, e);
      }
    });
  }

  private void reply(
      long peer, Request request, byte @Nullable [] answer, @Nullable Throwable failure) {
    OutgoingLink link = request.id() == 0 ? null : transport.linkTo(peer);
    if (link == null) {
      return;
    }
    String reason = failure == null ? null : reason(failure);
    link.post(new Response(request.id(), reason, answer == null ? new byte[0] : answer));
  }

  static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
