package ray.examples.imagenet.tar;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** Forwards connections to a port, and breaks the first few of them after a number of bytes. */
final class BreakingProxy implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final int target;
  private final int breakAfterBytes;
  private final AtomicInteger breaksLeft;

  BreakingProxy(int target, int breaks, int breakAfterBytes) throws IOException {
    this.target = target;
    this.breaksLeft = new AtomicInteger(breaks);
    this.breakAfterBytes = breakAfterBytes;
    Thread.ofVirtual().start(this::accept);
  }

  String endpoint() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  int breaksLeft() {
    return breaksLeft.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        Thread.ofVirtual().start(() -> forward(client, server, false));
        Thread.ofVirtual().start(() -> forward(server, client, true));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void forward(Socket from, Socket to, boolean mayBreak) {
    byte[] buffer = new byte[4096];
    int forwarded = 0;
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        forwarded += count;
        if (mayBreak && forwarded > breakAfterBytes && breaksLeft.getAndDecrement() > 0) {
          return;
        }
        out.write(buffer, 0, count);
      }
    } catch (IOException closed) {
      // by one side or the other
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
