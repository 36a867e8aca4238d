package ray.examples.imagenet.tar;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The sample that ships with this example: 42 images of seven classes, as resources beside the
 * code.
 */
public record SampleSource() implements TarSource {
  private static final String FOLDER = "/ray/examples/imagenet/sample/";

  @Override
  public List<TarFile> list() throws IOException {
    List<TarFile> tars = new ArrayList<>();
    for (String line : text().lines().toList()) {
      String name = line.substring(0, line.indexOf('\t')) + ".tar";
      tars.add(
          new TarFile(
              name, FOLDER + name, url(FOLDER + name).openConnection().getContentLengthLong()));
    }
    return tars;
  }

  @Override
  public InputStream open(TarFile tar) throws IOException {
    return url(tar.location()).openStream();
  }

  @Override
  public Optional<String> synsets() throws IOException {
    return Optional.of(text());
  }

  private static String text() throws IOException {
    try (InputStream in = url(FOLDER + "synsets.txt").openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static URL url(String resource) throws FileNotFoundException {
    URL url = SampleSource.class.getResource(resource);
    if (url == null) {
      throw new FileNotFoundException("the sample is not in this build: no resource " + resource);
    }
    return url;
  }

  @Override
  public String describe() {
    return "the sample of 42 images";
  }
}
