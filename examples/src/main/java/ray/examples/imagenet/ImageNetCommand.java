package ray.examples.imagenet;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import jdk.jshell.tool.JavaShellToolBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import ray.ObjectRef;
import ray.Ray;
import ray.RayException;
import ray.RayInstance;
import ray.RayOptions;
import ray.examples.imagenet.image.JpegDecoders;
import ray.examples.imagenet.tar.TarFile;
import ray.examples.imagenet.tar.TarSource;

/**
 * {@code ray example imagenet}: loads tar files of images in parallel, counts their classes, and
 * writes their mean image.
 */
@Command(
    name = "imagenet",
    description =
        "Load tar files of images in parallel; count their classes; write their mean image.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Tar files are in ImageNet's shape: n01440764.tar holds n01440764_10026.JPEG and so on; one",
      "tar of all, or of tars, will do as well. S3's credentials come from where the AWS SDK finds",
      "them: the environment, a profile, the instance."
    })
public final class ImageNetCommand implements Callable<Integer> {
  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int INTERRUPTED = 130;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "FOLDER|S3URL",
      defaultValue = "",
      description =
          "A folder of .tar files, one tar file, or s3://bucket/prefix; by default, a sample of 42"
              + " images.")
  private String place = "";

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      defaultValue = "256",
      description = "The width and height that images get (${DEFAULT-VALUE}).")
  private int size = 256;

  @Option(
      names = "--mean",
      paramLabel = "FILE.png",
      defaultValue = "imagenet-mean.png",
      description = "Where the mean image goes (${DEFAULT-VALUE}).")
  private Path mean = Path.of("imagenet-mean.png");

  @Option(names = "--strict", description = "Fail at the first image or tar that can't be used.")
  private boolean strict;

  @Option(
      names = "--exact",
      description =
          "Make pixels that equal Pillow's to one grey level; without, they differ by half of one"
              + " on average, and come faster.")
  private boolean exact;

  @Option(names = "--shell", description = "Keep the batches, and open JShell with them.")
  private boolean shell;

  @Option(
      names = "--batch",
      paramLabel = "IMAGES",
      defaultValue = "32",
      description = "How many images make a batch, at most (${DEFAULT-VALUE}).")
  private int imagesPerBatch = 32;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      defaultValue = "",
      description = "The S3 server, if it is not Amazon's.")
  private String endpoint = "";

  @Option(
      names = "--address",
      paramLabel = "ray://HOST:PORT",
      description = "Run on this node (default: RAY_ADDRESS; without one, in this process alone).")
  private @Nullable String address;

  @Option(
      names = "--cpus",
      paramLabel = "N",
      description = "How many cores to use; by default, all.")
  private @Nullable Integer cpus;

  @Option(
      names = "--object-store",
      paramLabel = "MIB",
      description = "The size of the object store in MiB; by default, Ray's.")
  private @Nullable Integer objectStoreMib;

  @Option(names = "--verbose", description = "Say how images are decoded, and show stack traces.")
  private boolean verbose;

  /** Whether the process is being ended from outside: what fails then is not worth a word. */
  private volatile boolean interrupted;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    try {
      return run();
    } catch (ParameterException misused) {
      throw misused;
    } catch (IOException | IllegalArgumentException | RayException | ProblemFoundException e) {
      return fail(e, err);
    } catch (Exception unexpected) {
      return fail(unexpected, err);
    }
  }

  private int fail(Exception failure, PrintWriter err) {
    if (interrupted) {
      return INTERRUPTED;
    }
    String message = failure.getMessage();
    err.println("imagenet: " + (message == null ? failure.toString() : message));
    if (verbose) {
      failure.printStackTrace(err);
    }
    err.flush();
    return FAILED;
  }

  private int run() throws Exception {
    check();
    LoadOptions options = new LoadOptions(size, imagesPerBatch, strict, exact);
    MeanImage.checkWritable(mean);
    TarSource source = TarSource.of(place, endpoint);
    List<TarFile> tars = source.list();
    Synsets synsets = Synsets.parse(source.synsets());
    try (RayInstance ray = Ray.init(rayOptions())) {
      return run(ray, source, tars, synsets, options);
    }
  }

  /** What a node has was decided where it was started. */
  private void check() {
    boolean onNode = address != null || System.getenv("RAY_ADDRESS") != null;
    if (onNode && (cpus != null || objectStoreMib != null)) {
      throw new ParameterException(
          spec.commandLine(),
          (cpus != null ? "--cpus" : "--object-store")
              + " is for Ray in this process: a node has what `ray start` gave it");
    }
  }

  private RayOptions rayOptions() {
    RayOptions options = RayOptions.defaults();
    if (address != null) {
      options = options.address(address);
    }
    if (cpus != null) {
      options = options.cpus(cpus);
    }
    if (objectStoreMib != null) {
      options = options.objectStore((long) objectStoreMib << 20);
    }
    return options;
  }

  private int run(
      RayInstance ray, TarSource source, List<TarFile> tars, Synsets synsets, LoadOptions options)
      throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    long totalBytes = tars.stream().mapToLong(TarFile::sizeBytes).sum();
    String summary =
        String.format(
            Locale.ROOT,
            "Loading %s: %,d tar files, %,.1f MB.",
            source.describe(),
            tars.size(),
            totalBytes / 1e6);
    err.println(summary);
    if (verbose) {
      err.println("JPEGs are decoded by " + JpegDecoders.name() + ".");
    }
    var progress = new Progress(err, isTerminal(), System::nanoTime, totalBytes);
    var tally = new Tally();
    var job = new MeanJob(options, report -> follow(report, tally, progress), shell);
    PixelSum sum = interruptibly(ray, progress, () -> job.run(source, tars));
    progress.finish();
    if (tally.images() == 0) {
      throw new IOException("no image could be loaded from %s.".formatted(source.describe()));
    }
    ClassTable.print(tally, synsets, out);
    MeanImage.write(sum.mean(), options.size(), mean);
    out.println("The mean image is in " + mean);
    out.flush();
    return shell ? openShell(job.batches(), out) : OK;
  }

  private static int openShell(List<ObjectRef<ImageBatch>> batches, PrintWriter out)
      throws Exception {
    out.printf("The variable 'batches' holds refs to %d batches: try%n", batches.size());
    out.println("  batches.getFirst().get().labels()");
    out.flush();
    return ImageNetShell.open(batches, JavaShellToolBuilder.builder());
  }

  private static void follow(BatchReport report, Tally tally, Progress progress) {
    tally.add(report);
    report.problems().forEach(problem -> progress.note(problem.describe()));
    progress.add(report.count(), report.tarBytes());
  }

  @SuppressWarnings("SystemConsoleNull") // the JDK's documentation allows null all the same
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /**
   * On Ctrl-C, which comes as the JVM's end, the bar goes away and Ray stops before the JVM does.
   */
  private <R> R interruptibly(RayInstance ray, Progress progress, Callable<R> work)
      throws Exception {
    Thread stop =
        Thread.ofPlatform()
            .name("imagenet stop")
            .unstarted(() -> {
              interrupted = true;
              progress.abandon();
              ray.close();
            });
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      return work.call();
    } catch (Exception e) {
      progress.abandon();
      throw e;
    } finally {
      forget(stop);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyEnding) {
      // then it has its use
    }
  }
}
