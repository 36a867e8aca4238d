package ray.model;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What tasks did, in order, for the test to look at. Tasks get copies of values, so what travels is
 * a name: of a list that the JVM's tasks share, or of a file where they run in processes of their
 * own.
 *
 * @param number the list's number, or 0
 * @param file the file's name, or empty
 */
record Notes(long number, String file) {
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final Map<Long, List<Object>> ALL = new ConcurrentHashMap<>();

  static Notes empty() {
    if (TestRay.inProcesses()) {
      try {
        Path file = Files.createTempFile("ray-test-", ".notes");
        file.toFile().deleteOnExit();
        return new Notes(0, file.toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    Notes notes = new Notes(NUMBERS.incrementAndGet(), "");
    ALL.put(notes.number, new CopyOnWriteArrayList<>());
    return notes;
  }

  void add(Object note) {
    if (file.isEmpty()) {
      ALL.get(number).add(note);
      return;
    }
    // Not by channels, which an interrupt would close.
    try (FileOutputStream notes = new FileOutputStream(file, true)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(note);
      }
      String line = Base64.getEncoder().encodeToString(bytes.toByteArray()) + "\n";
      notes.write(line.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Object> all() {
    if (file.isEmpty()) {
      return List.copyOf(ALL.get(number));
    }
    try (FileInputStream written = new FileInputStream(file)) {
      List<Object> notes = new ArrayList<>();
      String text = new String(written.readAllBytes(), StandardCharsets.US_ASCII);
      for (String line : text.lines().toList()) {
        byte[] bytes = Base64.getDecoder().decode(line);
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
          notes.add(in.readObject());
        }
      }
      return notes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  int count() {
    return all().size();
  }

  int count(Object note) {
    int count = 0;
    for (Object each : all()) {
      count += each.equals(note) ? 1 : 0;
    }
    return count;
  }
}
