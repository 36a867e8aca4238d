package ray.processes;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A folder of classes as an archive: the same for the same content, wherever the folder lies and
 * whenever its files were written.
 */
final class PackedFolder {
  /** A folder with more files is taken for one that has other things than a program's code. */
  static final int MAX_FILES = 20_000;

  /** A folder with more bytes likewise: its classes are fetched one by one. */
  static final long MAX_BYTES = 256L << 20;

  private static final LocalDateTime ANY_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private PackedFolder() {}

  /** What is in a folder. */
  record Listing(Map<String, BasicFileAttributes> files, long bytes) {
    /** Changes when a file comes, goes or is written. */
    String identity() {
      StringBuilder text = new StringBuilder();
      files.forEach((name, attributes) ->
          text.append(name)
              .append('|')
              .append(attributes.size())
              .append('|')
              .append(attributes.lastModifiedTime())
              .append('\n'));
      return HexFormat.of()
          .formatHex(sha256().digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each JDK has it", e);
    }
  }

  /** Lists a folder; throws if it is too large to travel as a whole. */
  static Listing list(Path folder) throws IOException {
    Map<String, BasicFileAttributes> files = new TreeMap<>();
    long[] bytes = {0};
    int[] seen = {0};
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes)
              throws IOException {
            count(0);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes found)
              throws IOException {
            BasicFileAttributes attributes =
                found.isSymbolicLink()
                    ? Files.readAttributes(file, BasicFileAttributes.class)
                    : found;
            if (attributes.isRegularFile()) {
              count(attributes.size());
              files.put(name(folder, file), attributes);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }

          private void count(long size) throws IOException {
            bytes[0] += size;
            if (++seen[0] > MAX_FILES || bytes[0] > MAX_BYTES) {
              throw new IOException(
                  folder
                      + " has more than "
                      + MAX_FILES
                      + " files or "
                      + (MAX_BYTES >> 20)
                      + " MiB: what is needed of it is fetched one by one");
            }
          }
        });
    return new Listing(files, bytes[0]);
  }

  private static String name(Path folder, Path file) {
    return folder.relativize(file).toString().replace(java.io.File.separatorChar, '/');
  }

  /** Writes a folder into a file without a name, which goes when the channel is closed. */
  static FileChannel pack(Path folder, Listing listing) throws IOException {
    FileChannel packed = temporary();
    try {
      ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(packed));
      for (String name : listing.files().keySet()) {
        add(zip, name, Files.readAllBytes(folder.resolve(name)));
      }
      zip.finish();
      return packed;
    } catch (IOException | RuntimeException e) {
      packed.close();
      throw e;
    }
  }

  /** Adds a file as it is: what is compressed would have to be expanded in each worker. */
  static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(ANY_TIME);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  private static FileChannel temporary() throws IOException {
    Path file = Files.createTempFile("ray-code-", ".jar");
    return FileChannel.open(
        file,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }
}
