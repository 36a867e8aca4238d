package ray.wire.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;

class WorkerPortsTest {
  private static byte[] request(WorkerPorts ports) throws IOException {
    ByteBuffer request = ports.request(InetAddress.getLoopbackAddress());
    byte[] bytes = new byte[request.remaining()];
    request.get(bytes);
    return bytes;
  }

  private static int portOf(ServerSocketChannel socket) throws IOException {
    return ((InetSocketAddress) socket.getLocalAddress()).getPort();
  }

  @Test
  void oneThatIsFreeIsFound() throws IOException {
    try (ServerSocketChannel any = WorkerPorts.Requested.read(request(WorkerPorts.ANY)).listen()) {
      int taken = portOf(any);
      byte[] same = request(new WorkerPorts(taken, taken));
      assertThatThrownBy(() -> WorkerPorts.Requested.read(same).listen())
          .isInstanceOf(BindException.class);
      WorkerPorts around = new WorkerPorts(Math.max(1, taken - 50), Math.min(65_535, taken + 50));
      try (ServerSocketChannel other = WorkerPorts.Requested.read(request(around)).listen()) {
        assertThat(portOf(other)).isBetween(around.low(), around.high()).isNotEqualTo(taken);
      }
    }
  }

  @Test
  void noneIsNotAskedFor() {
    assertThatThrownBy(() -> request(WorkerPorts.NONE))
        .isInstanceOf(Handshake.RefusedException.class);
  }

  @Test
  void whatIsNoRequestIsRefused() {
    assertThatThrownBy(() -> WorkerPorts.Requested.read(new byte[8]))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> WorkerPorts.Requested.read(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 'x'}))
        .isInstanceOf(IOException.class);
  }
}
