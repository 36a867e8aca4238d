package ray.wire.socket;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The ports that processes of a node may listen at, beside the node's own, for programs of other
 * machines.
 *
 * @param low the first; 0: the system chooses
 * @param high the last; less than the first: none
 */
public record WorkerPorts(int low, int high) {
  /** Those that the system chooses. */
  public static final WorkerPorts ANY = new WorkerPorts(0, 0);

  /** None: then such programs have the node's port alone. */
  public static final WorkerPorts NONE = new WorkerPorts(1, 0);

  /** What the node asks a process for a guest that has come by this address of the machine. */
  ByteBuffer request(InetAddress address) throws Handshake.RefusedException {
    if (high < low) {
      throw new Handshake.RefusedException("all of this node is behind its one port");
    }
    byte[] host = address.getHostAddress().getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(2 * Integer.BYTES + host.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(low)
        .putInt(high)
        .put(host)
        .flip();
  }

  /** A request that was read. */
  record Requested(InetAddress address, WorkerPorts ports) {
    static Requested read(byte[] request) throws IOException {
      ByteBuffer in = ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN);
      if (in.remaining() <= 2 * Integer.BYTES) {
        throw new IOException("no address is asked for");
      }
      WorkerPorts ports = new WorkerPorts(in.getInt(), in.getInt());
      String host = StandardCharsets.US_ASCII.decode(in).toString();
      try {
        return new Requested(InetAddress.ofLiteral(host), ports);
      } catch (IllegalArgumentException e) {
        throw new IOException("no address is asked for", e);
      }
    }

    /** Listens at the first port that is free, from one on that is chosen at random. */
    ServerSocketChannel listen() throws IOException {
      int count = ports.high - ports.low + 1;
      int first = ThreadLocalRandom.current().nextInt(count);
      for (int i = 0; i < count; i++) {
        ServerSocketChannel socket = ServerSocketChannel.open();
        try {
          return socket.bind(new InetSocketAddress(address, ports.low + (first + i) % count));
        } catch (BindException taken) {
          socket.close();
        } catch (IOException | RuntimeException e) {
          socket.close();
          throw e;
        }
      }
      throw new BindException("none of the ports " + ports.low + " to " + ports.high + " is free");
    }
  }
}
