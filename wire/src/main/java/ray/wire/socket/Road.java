package ray.wire.socket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How a process reaches the others of a node. */
public sealed interface Road {
  /** Connects to a process, or to who passes on to it; blocks. */
  SocketChannel dial(long process) throws IOException;

  /**
   * By Unix sockets in a folder, named by their processes: on the node's machine. Who goes this way
   * has a socket there, too.
   *
   * @param folder where they lie
   */
  record Sockets(Path folder) implements Road {
    /** How much the system is asked to take before the peer has read it. */
    private static final int SOCKET_BUFFER_BYTES = 1 << 20;

    /** Connections that may wait to be accepted. */
    private static final int BACKLOG = 1024;

    Path of(long process) {
      return folder.resolve(Long.toHexString(process));
    }

    /**
     * Makes the socket of this process; fails where what the folder is to lie in is gone, and the
     * node with it: nobody would remove that again.
     */
    ServerSocketChannel listen(long self) {
      try {
        makeFolder();
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return socket.bind(UnixDomainSocketAddress.of(of(self)), BACKLOG);
      } catch (IOException e) {
        throw new UncheckedIOException("can't listen at " + of(self), e);
      }
    }

    private void makeFolder() throws IOException {
      if (!Files.isDirectory(folder)) {
        try {
          Files.createDirectory(folder);
        } catch (FileAlreadyExistsException another) {
          // Another process was first.
        }
      }
    }

    @Override
    public SocketChannel dial(long process) throws IOException {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.connect(UnixDomainSocketAddress.of(of(process)));
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
        return channel;
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    }
  }

  /**
   * By the node's port, whose process passes on: for a guest, who can't be connected to.
   *
   * @param address the node's
   * @param node the node's process
   */
  record Port(InetSocketAddress address, long node) implements Road {
    @Override
    public SocketChannel dial(long process) throws IOException {
      return Tcp.dial(address);
    }
  }
}
