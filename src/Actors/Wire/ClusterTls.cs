using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Sluice.Actors.Hosting;

namespace Sluice.Actors.Wire;

/// <summary>
/// Puts TLS around connections, when it is configured. Certificates come from files, which are read again when they
/// have changed, so that they can be rotated without a restart.
/// </summary>
internal sealed class ClusterTls(ClusterTlsOptions options)
{
    private readonly Lock _lock = new();
    private (DateTime WrittenAt, SslStreamCertificateContext Context)? _certificate;
    private (DateTime WrittenAt, X509Certificate2Collection Certificates)? _trusted;

    /// <summary>Reads all files once, so that a mistake is known at the start.</summary>
    /// <exception cref="ActorConfigurationException">A file is missing or cannot be used.</exception>
    internal void Check()
    {
        if (!options.IsEnabled)
        {
            return;
        }

        var mistakes = new List<string>();
        Try(() => Certificate(), "CertificateFile and KeyFile", mistakes);
        Try(() => Trusted(), "TrustedCertificatesFile", mistakes);
        if (mistakes.Count > 0)
        {
            throw new ActorConfigurationException(mistakes);
        }
    }

    internal async Task<Stream> ConnectAsync(Stream plain, CancellationToken cancellation)
    {
        if (!options.IsEnabled)
        {
            return plain;
        }

        var encrypted = new SslStream(plain);
        await encrypted.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = options.SiloName,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateContext = Certificate(),
                CertificateChainPolicy = Policy(),
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    IsTrusted(certificate, errors) && IsSilo(certificate),
            },
            cancellation);
        return encrypted;
    }

    internal async Task<Stream> AcceptAsync(Stream plain, CancellationToken cancellation)
    {
        if (!options.IsEnabled)
        {
            return plain;
        }

        var encrypted = new SslStream(plain);
        await encrypted.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ServerCertificateContext = Certificate(),
                ClientCertificateRequired = options.RequirePeerCertificate,
                CertificateChainPolicy = Policy(),
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    !options.RequirePeerCertificate || IsTrusted(certificate, errors),
            },
            cancellation);
        return encrypted;
    }

    /// <summary>Whether the peer at the other end of that stream may be a silo.</summary>
    internal bool MayBeSilo(Stream stream) =>
        stream is not SslStream encrypted || IsSilo(encrypted.RemoteCertificate);

    // The name is checked by itself: certificates stand for roles here, not for addresses, which pods change.
    private static bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors) =>
        certificate is not null && (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;

    private bool IsSilo(X509Certificate? certificate) => options.SiloName.Length == 0
        || (certificate is X509Certificate2 shown && shown.MatchesHostname(options.SiloName, false, false));

    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck, // A private authority of one cluster publishes no lists.
        };
        policy.CustomTrustStore.AddRange(Trusted());
        return policy;
    }

    private SslStreamCertificateContext? Certificate()
    {
        if (options.CertificateFile.Length == 0)
        {
            return null;
        }

        lock (_lock)
        {
            var writtenAt = File.GetLastWriteTimeUtc(options.CertificateFile);
            if (_certificate is not { } known || known.WrittenAt != writtenAt)
            {
                var chain = new X509Certificate2Collection();
                chain.ImportFromPemFile(options.CertificateFile);
                var leaf = X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile);
                known = (writtenAt, SslStreamCertificateContext.Create(leaf, chain, offline: true));
                _certificate = known;
            }

            return known.Context;
        }
    }

    private X509Certificate2Collection Trusted()
    {
        lock (_lock)
        {
            var writtenAt = File.GetLastWriteTimeUtc(options.TrustedCertificatesFile);
            if (_trusted is not { } known || known.WrittenAt != writtenAt)
            {
                var certificates = new X509Certificate2Collection();
                certificates.ImportFromPemFile(options.TrustedCertificatesFile);
                known = (writtenAt, certificates);
                _trusted = known;
            }

            return known.Certificates;
        }
    }

    private static void Try(Action read, string setting, List<string> mistakes)
    {
        try
        {
            read();
        }
        catch (Exception e)
        {
            mistakes.Add($"Cluster:Tls {setting} cannot be used: {e.Message}");
        }
    }
}
