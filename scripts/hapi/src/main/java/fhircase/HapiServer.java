package fhircase;

import ca.uhn.fhir.batch2.jobs.config.Batch2JobsConfig;
import ca.uhn.fhir.batch2.jobs.export.BulkDataExportProvider;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.interceptor.api.IInterceptorBroadcaster;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.ThreadPoolFactoryConfig;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.batch2.JpaBatch2Config;
import ca.uhn.fhir.jpa.binary.api.IBinaryStorageSvc;
import ca.uhn.fhir.jpa.binstore.DatabaseBinaryContentStorageSvcImpl;
import ca.uhn.fhir.jpa.config.HapiJpaConfig;
import ca.uhn.fhir.jpa.config.HibernatePropertiesProvider;
import ca.uhn.fhir.jpa.config.r4.JpaR4Config;
import ca.uhn.fhir.jpa.config.util.HapiEntityManagerFactoryUtil;
import ca.uhn.fhir.jpa.interceptor.UserRequestRetryVersionConflictsInterceptor;
import ca.uhn.fhir.jpa.model.config.PartitionSettings;
import ca.uhn.fhir.jpa.model.config.SubscriptionSettings;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirH2Dialect;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirPostgresDialect;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.provider.ValueSetOperationProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.subscription.channel.config.SubscriptionChannelConfig;
import ca.uhn.fhir.jpa.subscription.submit.config.SubscriptionSubmitterConfig;
import ca.uhn.fhir.narrative2.NullNarrativeGenerator;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.interceptor.RequestValidatingInterceptor;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import ca.uhn.fhir.validation.IValidatorModule;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.EntityManagerFactory;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.gzip.GzipHandler;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.*;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;

import javax.sql.DataSource;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** A HAPI FHIR R4 JPA server on loopback, all of it from Maven Central. Every knob is a -Dhapi.NAME=VALUE property. */
@Configuration
@EnableTransactionManagement
@Import({JpaR4Config.class, HapiJpaConfig.class, ThreadPoolFactoryConfig.class, JpaBatch2Config.class,
        Batch2JobsConfig.class, SubscriptionSubmitterConfig.class, SubscriptionChannelConfig.class})
public class HapiServer {
    static String p(String k, String d) { return System.getProperty("hapi." + k, d); }
    static boolean on(String k, boolean d) { return Boolean.parseBoolean(p(k, "" + d)); }

    @Bean public DataSource dataSource() {
        HikariConfig c = new HikariConfig();
        c.setJdbcUrl(p("jdbc", "jdbc:h2:file:./h2/db;DB_CLOSE_DELAY=-1"));
        c.setUsername(p("user", "sa"));
        c.setPassword(p("password", ""));
        c.setMaximumPoolSize(Integer.parseInt(p("pool", "20")));
        return new HikariDataSource(c);
    }

    @Bean public JpaStorageSettings jpaStorageSettings() {
        JpaStorageSettings s = new JpaStorageSettings();
        s.setAllowExternalReferences(on("external-refs", true));
        s.setAllowMultipleDelete(on("multiple-delete", false));
        s.setEnforceReferentialIntegrityOnWrite(on("ref-integrity-write", true));
        s.setEnforceReferentialIntegrityOnDelete(on("ref-integrity-delete", true));
        s.setResourceClientIdStrategy(JpaStorageSettings.ClientIdStrategyEnum.valueOf(p("client-id", "ALPHANUMERIC")));
        s.setMassIngestionMode(on("mass-ingestion", false));
        s.setMatchUrlCacheEnabled(on("match-url-cache", false));
        s.setHibernateSearchIndexFullText(false);
        s.setHibernateSearchIndexSearchParams(false);
        String fetch = p("max-page", "");
        if (!fetch.isEmpty()) s.setFetchSizeDefaultMaximum(Integer.valueOf(fetch));
        return s;
    }

    @Bean public SubscriptionSettings subscriptionSettings() { return new SubscriptionSettings(); }
    @Bean public PartitionSettings partitionSettings() { return new PartitionSettings(); }
    @Bean public IBinaryStorageSvc binaryStorageSvc() { return new DatabaseBinaryContentStorageSvcImpl(); }
    @Primary @Bean public HibernatePropertiesProvider hibernatePropertiesProvider() { return new HibernatePropertiesProvider(); }

    @Bean public LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource ds, FhirContext ctx,
            JpaStorageSettings st, ConfigurableListableBeanFactory bf) {
        LocalContainerEntityManagerFactoryBean b = HapiEntityManagerFactoryUtil.newEntityManagerFactory(bf, ctx, st);
        b.setPersistenceUnitName("HAPI_PU");
        b.setDataSource(ds);
        boolean pg = p("jdbc", "h2").startsWith("jdbc:postgresql");
        Properties q = new Properties();
        q.putAll(Map.of(
            "hibernate.dialect", (pg ? HapiFhirPostgresDialect.class : HapiFhirH2Dialect.class).getName(),
            "hibernate.hbm2ddl.auto", p("ddl", "update"),
            "hibernate.jdbc.batch_size", "20",
            "hibernate.cache.use_query_cache", "false",
            "hibernate.cache.use_second_level_cache", "false",
            "hibernate.search.enabled", "false"));
        b.setJpaProperties(q);
        return b;
    }

    @Primary @Bean public JpaTransactionManager transactionManager(EntityManagerFactory emf) { return new JpaTransactionManager(emf); }

    @Bean public RestfulServer restfulServer(FhirContext ctx, IFhirSystemDao<?, ?> sys, IJpaSystemProvider sysProvider,
            ResourceProviderFactory providers, JpaStorageSettings st, ISearchParamRegistry sp, IValidationSupport vs,
            DatabaseBackedPagingProvider paging, ValueSetOperationProvider vsop, BulkDataExportProvider export,
            IInterceptorBroadcaster ib, DaoRegistry daos, IValidatorModule validator) {
        RestfulServer s = new RestfulServer(ctx);
        ctx.setNarrativeGenerator(new NullNarrativeGenerator());
        s.registerProviders(providers.createProviders());
        s.registerProvider(sysProvider);
        s.registerProvider(vsop);
        if (on("export", true)) s.registerProvider(export);
        JpaCapabilityStatementProvider cap = new JpaCapabilityStatementProvider(s, sys, st, sp, vs);
        cap.setImplementationDescription("HAPI FHIR R4 (integration tests)");
        s.setServerConformanceProvider(cap);
        paging.setDefaultPageSize(Integer.parseInt(p("page", "20")));
        paging.setMaximumPageSize(Integer.parseInt(p("page-max", "200")));
        s.setPagingProvider(paging);
        if (on("validate-requests", false)) {
            RequestValidatingInterceptor v = new RequestValidatingInterceptor();
            v.setFailOnSeverity(ResultSeverityEnum.ERROR);
            v.setValidatorModules(List.of(validator));
            s.registerInterceptor(v);
        }
        if (on("retry-conflicts", false)) s.registerInterceptor(new UserRequestRetryVersionConflictsInterceptor());
        return s;
    }

    public static void main(String[] a) throws Exception {
        long t0 = System.currentTimeMillis();
        AnnotationConfigWebApplicationContext ac = new AnnotationConfigWebApplicationContext();
        ac.register(HapiServer.class);
        Server jetty = new Server();
        ServerConnector c = new ServerConnector(jetty);
        c.setHost("127.0.0.1");
        c.setPort(Integer.parseInt(p("port", "8080")));
        jetty.addConnector(c);
        ServletContextHandler h = new ServletContextHandler("/");
        ac.setServletContext(h.getServletContext());
        ac.refresh();
        h.addServlet(new ServletHolder(ac.getBean(RestfulServer.class)), "/fhir/*");
        GzipHandler gz = new GzipHandler();
        if (on("inflate", false)) gz.setInflateBufferSize(16384);
        gz.addIncludedMethods("POST", "PUT");
        gz.setHandler(h);
        jetty.setHandler(on("gzip", true) ? gz : h);
        jetty.start();
        org.slf4j.LoggerFactory.getLogger(HapiServer.class).info("up on {} after {} ms", c.getLocalPort(), System.currentTimeMillis() - t0);
        jetty.join();
    }
}
