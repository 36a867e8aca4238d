package ray.wire.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;

/**
 * TCP connections. One whose other side is silently gone (a cable pulled, a machine that lost its
 * power, an address translation that forgot it) ends within {@link #SILENCE_S}: the system asks the
 * other side's system when nothing was said for a while. That costs the processes nothing, and one
 * that is stopped or at a breakpoint is not taken for dead.
 */
final class Tcp {
  /** How long nothing may be said before the other side is asked whether it is there. */
  private static final int QUIET_S = 5;

  /** How far apart it is asked again. */
  private static final int AGAIN_S = 2;

  /** How often it may leave that unanswered: one lost packet is nothing. */
  private static final int UNANSWERED = 5;

  /** After this a connection that carries nothing has ended, if its other side is gone. */
  static final int SILENCE_S = QUIET_S + UNANSWERED * AGAIN_S;

  /** How long making a connection may take. */
  static final int CONNECT_MS = 5_000;

  private Tcp() {}

  /** Connects; blocks. */
  static SocketChannel dial(InetSocketAddress address) throws IOException {
    return dial(address, CONNECT_MS);
  }

  /** Connects within that time; blocks. */
  static SocketChannel dial(InetSocketAddress address, int withinMs) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().connect(address, withinMs);
      setUp(channel);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** What every such connection needs, on both of its sides. */
  static void setUp(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    if (channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
      channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, QUIET_S);
      channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, AGAIN_S);
      channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, UNANSWERED);
    }
  }
}
