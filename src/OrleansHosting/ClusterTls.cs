using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;
using Sluice.Daemon.Settings;

namespace Sluice.OrleansHosting;

/// <summary>
/// Tells Orleans how to protect its connections, by the same settings as the built-in engine. Files are read at each
/// handshake, which is rare, so that a renewed certificate needs no restart.
/// </summary>
internal sealed class ClusterTls(ClusterTlsSettings settings)
{
    public bool IsSet => settings.CertificateFile.Length > 0;

    /// <summary>Reads all files once, so that a mistake is known at the start.</summary>
    /// <exception cref="EngineRefusedException">A file cannot be used.</exception>
    public void Check()
    {
        if (!IsSet)
        {
            return;
        }

        try
        {
            Certificate();
            Trust();
        }
        catch (Exception exception)
            when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new EngineRefusedException($"the certificates of Cluster:Tls cannot be used: {exception.Message}");
        }
    }

    /// <summary>For connections to others, which must be silos.</summary>
    public TlsOptions ToSilos() => Options(RemoteCertificateMode.RequireCertificate, IsSilo);

    /// <summary>For connections from silos.</summary>
    public TlsOptions FromSilos() => Options(Mode, certificate => IsSilo(certificate));

    /// <summary>For connections from edges.</summary>
    public TlsOptions FromEdges() => Options(Mode, _ => true);

    private RemoteCertificateMode Mode => settings.RequirePeerCertificate
        ? RemoteCertificateMode.RequireCertificate
        : RemoteCertificateMode.NoCertificate;

    private TlsOptions Options(RemoteCertificateMode mode, Predicate<X509Certificate2> isWhoItSays) => new()
    {
        RemoteCertificateMode = mode,
        LocalServerCertificateSelector = (_, _) => Leaf(), // Orleans wants one; what is presented is set below.
        OnAuthenticateAsServer = (_, handshake) =>
        {
            var server = (SslServerAuthenticationOptions)handshake.SslServerAuthenticationOptions;
            server.ServerCertificateSelectionCallback = null;
            server.ServerCertificateContext = Certificate();
            server.CertificateChainPolicy = Trust();
        },
        OnAuthenticateAsClient = (_, handshake) =>
        {
            var client = (SslClientAuthenticationOptions)handshake.SslClientAuthenticationOptions;
            client.TargetHost = settings.SiloName;
            client.ClientCertificateContext = Certificate();
            client.CertificateChainPolicy = Trust();
        },

        // The name is checked by itself: certificates stand for roles here, not for addresses, which pods change.
        RemoteCertificateValidation = (certificate, _, errors) =>
            (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
            && isWhoItSays(certificate),
    };

    private bool IsSilo(X509Certificate2 certificate) =>
        settings.SiloName.Length == 0 || certificate.MatchesHostname(settings.SiloName, false, false);

    private X509Certificate2 Leaf() => X509Certificate2.CreateFromPemFile(settings.CertificateFile, settings.KeyFile);

    private SslStreamCertificateContext Certificate()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(settings.CertificateFile);
        return SslStreamCertificateContext.Create(Leaf(), chain, offline: true);
    }

    private X509ChainPolicy Trust()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck, // A private authority of one cluster publishes no lists.
        };
        policy.CustomTrustStore.ImportFromPemFile(settings.TrustedCertificatesFile);
        return policy;
    }
}
