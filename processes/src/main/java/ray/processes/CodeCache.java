package ray.processes;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jars and folders of the jobs of a node, each once, whoever brought it: files in the session's
 * folder, named by the SHA-256 of their content. A file appears whole or not at all, and one that
 * was changed is not given to anybody. When there are too many, those go that no job has used for
 * longest. Thread-safe.
 */
final class CodeCache implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CodeCache.class);

  /** What it may hold: some dozens of large programs. What does not fit is fetched one by one. */
  static final long MAX_BYTES = 4L << 30;

  /** How many contents are known by what programs say of them; a few hundred bytes each. */
  static final int MAX_IDENTITIES = 20_000;

  /** How long one job waits for another that brings the same, before it brings it itself. */
  private static final long PATIENCE_S = 10;

  /** How long closing waits for the next part of what is being brought. */
  private static final long CLOSE_WITHIN_MS = 2_000;

  private final Path folder;
  private final long maxBytes;
  private final Supplier<Set<String>> inUse;

  /** Who brings what at the moment, by identity. */
  private final Map<String, CompletableFuture<String>> underWay = new ConcurrentHashMap<>();

  private final AtomicLong fetched = new AtomicLong();
  private final AtomicLong fetchedBytes = new AtomicLong();

  // Guarded by this.
  /** Files by hash; that used last at the end. */
  private final LinkedHashMap<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);

  /** Hashes by identity. */
  private final Map<String, String> hashes =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MAX_IDENTITIES;
        }
      };

  private long bytes;

  /** How many contents are being written. */
  private int writing;

  private boolean closed;

  /** A file as it was written: if it looks otherwise now, its content is checked again. */
  private record Kept(long sizeBytes, FileTime modified) {
    static Kept of(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Kept(attributes.size(), attributes.lastModifiedTime());
    }
  }

  /** Brings a content, part by part. */
  @FunctionalInterface
  interface Content {
    /** The bytes from an offset on; none at the end. */
    byte[] from(long offset) throws IOException;
  }

  /** An empty cache in a folder, which gives up nothing that is in use. */
  CodeCache(Path folder, long maxBytes, Supplier<Set<String>> inUse) {
    this.folder = folder;
    this.maxBytes = maxBytes;
    this.inUse = inUse;
  }

  Path folder() {
    return folder;
  }

  /** How many contents are there, and their bytes; how many came since the start, and theirs. */
  synchronized CodeReport report() {
    return new CodeReport(kept.size(), bytes, fetched.get(), fetchedBytes.get());
  }

  /** The hash of a content that is there, whole; null if it is not, or nobody knows. */
  @Nullable String known(String identity) {
    String hash;
    synchronized (this) {
      hash = hashes.get(identity);
    }
    return hash != null && isIntact(hash) ? hash : null;
  }

  /** Whether a content is there as it came. */
  boolean isIntact(String hash) {
    Kept written;
    synchronized (this) {
      written = kept.get(hash);
    }
    Path file = CodeArchives.file(folder, hash);
    if (written == null) {
      return false;
    }
    try {
      Kept now = Kept.of(file);
      if (now.equals(written)) {
        return true;
      }
      if (hash(file).equals(hash)) {
        synchronized (this) {
          kept.replace(hash, now);
        }
        return true;
      }
      LOG.warn("{} was changed: it is fetched again", file);
    } catch (IOException e) {
      LOG.warn("{} can't be read, and is fetched again: {}", file, e.toString());
    }
    forget(hash);
    return false;
  }

  /**
   * Brings a content here, unless it is here or on its way. Blocks meanwhile.
   *
   * @param identity changes when the content does; empty if nobody else will have the same
   * @return its hash
   */
  String bring(String identity, long sizeBytes, Content content) throws IOException {
    if (identity.isEmpty()) {
      return fetch(sizeBytes, content);
    }
    String known = known(identity);
    if (known != null) {
      return known;
    }
    CompletableFuture<String> mine = new CompletableFuture<>();
    CompletableFuture<String> others = underWay.putIfAbsent(identity, mine);
    if (others != null) {
      try {
        return others.get(PATIENCE_S, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException failed) {
        return learn(identity, fetch(sizeBytes, content));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
    try {
      String hash = learn(identity, fetch(sizeBytes, content));
      mine.complete(hash);
      return hash;
    } finally {
      underWay.remove(identity, mine);
      mine.completeExceptionally(new IOException("it could not be fetched"));
    }
  }

  private synchronized String learn(String identity, String hash) {
    hashes.put(identity, hash);
    return hash;
  }

  private String fetch(long sizeBytes, Content content) throws IOException {
    synchronized (this) {
      checkOpen();
      writing++;
    }
    try {
      makeRoom(sizeBytes);
      Files.createDirectories(folder);
      return write(content);
    } finally {
      synchronized (this) {
        writing--;
        notifyAll();
      }
    }
  }

  private synchronized void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("the node is closing");
    }
  }

  private String write(Content content) throws IOException {
    Path temporary = Files.createTempFile(folder, "coming-", ".part");
    try {
      MessageDigest digest = PackedFolder.sha256();
      long offset = 0;
      try (OutputStream out = Files.newOutputStream(temporary)) {
        for (byte[] part; (part = content.from(offset)).length > 0; offset += part.length) {
          if (offset + part.length > maxBytes) {
            throw new IOException("more than the cache may hold, which is " + maxBytes + " bytes");
          }
          checkOpen();
          digest.update(part);
          out.write(part);
        }
      }
      String hash = HexFormat.of().formatHex(digest.digest());
      fetched.incrementAndGet();
      fetchedBytes.addAndGet(offset);
      Path file = CodeArchives.file(folder, hash);
      synchronized (this) {
        if (!kept.containsKey(hash)) {
          Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
          kept.put(hash, Kept.of(file));
          bytes += offset;
        }
      }
      return hash;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Gives up what no job uses, the oldest first, until so much more fits. */
  private void makeRoom(long more) throws IOException {
    Set<String> used = inUse.get();
    synchronized (this) {
      for (String hash : new ArrayList<>(kept.keySet())) {
        if (bytes + more <= maxBytes) {
          return;
        }
        if (!used.contains(hash)) {
          forget(hash);
        }
      }
      if (bytes + more > maxBytes) {
        throw new IOException(
            "no room for "
                + more
                + " bytes in "
                + folder
                + ": jobs that run use "
                + bytes
                + " of the "
                + maxBytes
                + " that it may hold");
      }
    }
  }

  private synchronized void forget(String hash) {
    Kept gone = kept.remove(hash);
    if (gone != null) {
      bytes -= gone.sizeBytes();
      hashes.values().removeIf(hash::equals);
      try {
        Files.deleteIfExists(CodeArchives.file(folder, hash));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static String hash(Path file) throws IOException {
    MessageDigest digest = PackedFolder.sha256();
    try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Brings nothing any more, and waits until nothing is being written. */
  @Override
  public synchronized void close() {
    closed = true;
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_WITHIN_MS);
    try {
      for (long left; writing > 0 && (left = until - System.nanoTime()) > 0; ) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The contents that are there, those used last at the end. */
  synchronized List<String> hashes() {
    return List.copyOf(kept.keySet());
  }
}
