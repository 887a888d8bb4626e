package io.sagelocal;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;

/** The walls: which package may know which. */
@AnalyzeClasses(packages = "io.sagelocal", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] PORTS = {
    "io.sagelocal.engine", "io.sagelocal.objects", "io.sagelocal.state"
  };
  private static final String[] FEATURES = {
    "io.sagelocal.training",
    "io.sagelocal.hosting",
    "io.sagelocal.transform",
    "io.sagelocal.serving",
    "io.sagelocal.models",
    "io.sagelocal.logs",
    "io.sagelocal.metrics",
    "io.sagelocal.tags",
    "io.sagelocal.account",
    "io.sagelocal.images",
    "io.sagelocal.archive",
    "io.sagelocal.definitions",
    "io.sagelocal.machine",
    "io.sagelocal.faults"
  };

  @ArchTest
  static final ArchRule THE_WORDS_OF_AWS_DEPEND_ON_THE_JDK_ALONE =
      mayKnowOnly("io.sagelocal.aws").because("every other package stands on them");

  @ArchTest
  static final ArchRule PORTS_KNOW_ONLY_THE_WORDS_OF_AWS =
      noClasses()
          .that()
          .resideInAnyPackage(PORTS)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.sagelocal..")
                  .and(not(resideInAnyPackage("io.sagelocal.aws")))
                  .and(not(resideInAnyPackage(PORTS))))
          .because("an adapter or a feature can be replaced without touching a port");

  @ArchTest
  static final ArchRule ADAPTERS_SEE_NO_FEATURE =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.sagelocal.docker",
              "io.sagelocal.minio",
              "io.sagelocal.embedded",
              "io.sagelocal.disk")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(FEATURES).or(resideInAnyPackage("io.sagelocal.api..")))
          .because("they hang under the ports");

  @ArchTest
  static final ArchRule FEATURES_SEE_NO_ADAPTER_AND_NO_HTTP =
      noClasses()
          .that()
          .resideInAnyPackage(FEATURES)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "io.sagelocal",
                  "io.sagelocal.api..",
                  "io.sagelocal.docker",
                  "io.sagelocal.minio",
                  "io.sagelocal.embedded",
                  "io.sagelocal.disk",
                  "io.sagelocal.fakes3.."))
          .because("a feature speaks to ports");

  @ArchTest
  static final ArchRule TRAINING_KNOWS_NO_OTHER_JOB =
      mayKnowOnly(
              "io.sagelocal.training",
              "io.sagelocal.logs",
              "io.sagelocal.metrics",
              "io.sagelocal.account",
              "io.sagelocal.images",
              "io.sagelocal.archive",
              "io.sagelocal.machine")
          .because("tuning asks it for jobs, not the other way round");

  @ArchTest
  static final ArchRule SERVING_KNOWS_NO_ENDPOINT =
      mayKnowOnly(
              "io.sagelocal.serving",
              "io.sagelocal.models",
              "io.sagelocal.logs",
              "io.sagelocal.account",
              "io.sagelocal.images",
              "io.sagelocal.archive",
              "io.sagelocal.machine")
          .because("transform jobs run model containers too");

  @ArchTest
  static final ArchRule HOSTING_STANDS_ON_MODELS_AND_SERVING =
      mayKnowOnly(
              "io.sagelocal.hosting",
              "io.sagelocal.serving",
              "io.sagelocal.models",
              "io.sagelocal.definitions",
              "io.sagelocal.metrics")
          .because("an endpoint is variants of models");

  @ArchTest
  static final ArchRule TRANSFORM_STANDS_ON_MODELS_AND_SERVING =
      mayKnowOnly(
              "io.sagelocal.transform",
              "io.sagelocal.serving",
              "io.sagelocal.models",
              "io.sagelocal.definitions",
              "io.sagelocal.logs",
              "io.sagelocal.archive")
          .because("a batch is requests to a model, with no endpoint between");

  @ArchTest
  static final ArchRule FAULTS_KNOW_NO_FEATURE =
      mayKnowOnly("io.sagelocal.faults").because("any part may be made to fail");

  @ArchTest
  static final ArchRule LOGS_KNOW_NO_JOB =
      mayKnowOnly("io.sagelocal.logs").because("every feature writes logs");

  @ArchTest
  static final ArchRule METRICS_KNOW_NO_JOB =
      mayKnowOnly("io.sagelocal.metrics").because("whoever writes a log may have metrics in it");

  @ArchTest
  static final ArchRule THE_MACHINE_KNOWS_NO_JOB =
      mayKnowOnly("io.sagelocal.machine").because("every feature that runs hosts shares it");

  @ArchTest
  static final ArchRule TAGS_KNOW_NO_RESOURCE =
      mayKnowOnly("io.sagelocal.tags").because("every resource may have tags");

  @ArchTest
  static final ArchRule DOCKER_JAVA_IS_ONE_ADAPTERS =
      onlyIn("com.github.dockerjava..", "io.sagelocal.docker");

  @ArchTest
  static final ArchRule THE_MINIO_CLIENT_IS_ONE_ADAPTERS =
      onlyIn("io.minio..", "io.sagelocal.minio");

  @ArchTest static final ArchRule MVSTORE_IS_ONE_ADAPTERS = onlyIn("org.h2..", "io.sagelocal.disk");

  @ArchTest
  static final ArchRule JAVALIN_IS_THE_APIS = onlyIn("io.javalin..", "io.sagelocal.api..");

  @ArchTest
  static final ArchRule JETTY_IS_THE_APIS = onlyIn("org.eclipse.jetty..", "io.sagelocal.api..");

  @ArchTest
  static final ArchRule PICOCLI_IS_THE_COMMAND_LINES = onlyIn("picocli..", "io.sagelocal.cli");

  @ArchTest
  static final ArchRule NOBODY_BUT_MAIN_KNOWS_THE_COMMAND_LINE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sagelocal.cli")
          .and()
          .doNotHaveFullyQualifiedName("io.sagelocal.Main")
          .should()
          .dependOnClassesThat(resideInAnyPackage("io.sagelocal.cli"))
          .because("a server in a test has none");

  @ArchTest
  static final ArchRule RE2_IS_THE_METRICS = onlyIn("com.google.re2j..", "io.sagelocal.metrics");

  @ArchTest
  static final ArchRule JSONPATH_IS_TRANSFORMS =
      onlyIn("com.jayway.jsonpath..", "io.sagelocal.transform");

  @ArchTest
  static final ArchRule THE_EVENT_STREAM_IS_THE_APIS =
      onlyIn("software.amazon.eventstream..", "io.sagelocal.api..");

  @ArchTest
  static final ArchRule COMPRESS_IS_THE_ARCHIVES =
      onlyIn("org.apache.commons.compress..", "io.sagelocal.archive");

  @ArchTest
  static final ArchRule ONLY_THE_TIMELINE_ASKS_A_CLOCK =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.sagelocal.SystemTimeline")
          .and()
          // waits for a real daemon, which no test can hurry
          .doNotHaveFullyQualifiedName("io.sagelocal.docker.Patience")
          .and()
          // waits for real containers to be gone
          .doNotHaveFullyQualifiedName("io.sagelocal.Reset")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "sleep", java.time.Duration.class)
          .orShould()
          .callMethod(TimeUnit.class, "sleep", long.class)
          .because("a test moves time by hand");

  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices().matching("io.sagelocal.(*)..").should().beFreeOfCycles();

  @ArchTest
  static void packagesHaveAFrontPageAndNoNulls(JavaClasses classes) {
    Set<String> fronts =
        classes.stream()
            .filter(type -> type.getSimpleName().equals("package-info"))
            .filter(type -> type.isAnnotatedWith(NullMarked.class))
            .map(JavaClass::getPackageName)
            .collect(Collectors.toSet());
    assertThat(fronts)
        .as("packages whose package-info says what they are for and is @NullMarked")
        .containsAll(
            classes.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> !name.startsWith("io.sagelocal.fakes3"))
                .toList());
  }

  private static ArchRule onlyIn(String library, String home) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(home, "io.sagelocal.fakes3..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(library))
        .because("a library that one package wraps can be replaced there");
  }

  /** Besides ports and the words of AWS. */
  private static ArchRule mayKnowOnly(String self, String... others) {
    return classes()
        .that()
        .resideInAPackage(self)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(self)
                .or(resideInAnyPackage(others))
                .or(self.equals("io.sagelocal.aws") ? belongToAnyOf() : resideInAnyPackage(PORTS))
                .or(resideInAnyPackage("io.sagelocal.aws"))
                .or(not(resideInAnyPackage("io.sagelocal.."))));
  }
}
