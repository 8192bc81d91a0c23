import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import org.hl7.fhir.common.hapi.validation.support.*;
import org.hl7.fhir.common.hapi.validation.validator.WorkerContextValidationSupportAdapter;
import org.hl7.fhir.r5.elementmodel.*;
import org.hl7.fhir.r5.elementmodel.Manager.FhirFormat;
import org.hl7.fhir.r5.formats.IParser.OutputStyle;

/**
 * The other form of FHIR resources, as HL7's own code writes it: Forms OUT reads names of JSON files from standard input and writes
 * OUT/NAME.xml for each; what it cannot read is named on standard error.
 */
public class Forms {
    public static void main(String[] args) throws Exception {
        FhirContext r4 = FhirContext.forR4();
        var support = new ValidationSupportChain(
            new DefaultProfileValidationSupport(r4), new CommonCodeSystemsTerminologyService(r4),
            new InMemoryTerminologyServerValidationSupport(r4), new SnapshotGeneratingValidationSupport(r4));
        var context = WorkerContextValidationSupportAdapter.newVersionSpecificWorkerContextWrapper(support);
        var names = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String name; (name = names.readLine()) != null; ) {
            Path file = Path.of(name);
            try (InputStream in = Files.newInputStream(file)) {
                Element read = Manager.parseSingle(context, in, FhirFormat.JSON);
                var text = new ByteArrayOutputStream();
                Manager.compose(context, read, text, FhirFormat.XML, OutputStyle.PRETTY, null);
                Files.write(Path.of(args[0], file.getFileName().toString().replaceAll("\\.json$", "") + ".xml"), text.toByteArray());
            } catch (Throwable error) {
                System.err.println(file.getFileName() + ": " + error);
            }
        }
        System.exit(0);
    }
}
