using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sluice.Actors.Hosting;

namespace Sluice.Actors.Wire;

/// <summary>
/// Puts TLS around connections, when it is configured. Certificates come from files, which are read again when they
/// have changed, so that they can be rotated without a restart.
/// </summary>
internal sealed class ClusterTls(ClusterTlsOptions options, WireLog log)
{
    private readonly PemFiles<SslStreamCertificateContext> _certificate = new(
        [options.CertificateFile, options.KeyFile], texts => MakeCertificate(texts[0], texts[1]), log.KeptOldFiles);

    private readonly PemFiles<X509Certificate2Collection> _trusted = new(
        [options.TrustedCertificatesFile], texts => MakeTrusted(texts[0]), log.KeptOldFiles);

    /// <summary>Reads all files once, so that a mistake is known at the start.</summary>
    /// <param name="isSilo">A silo needs a certificate; a client needs one when silos want to see it.</param>
    /// <exception cref="ActorConfigurationException">A file is missing or cannot be used.</exception>
    internal void Check(bool isSilo)
    {
        if (!options.IsEnabled)
        {
            return;
        }

        var mistakes = new List<string>();
        if (isSilo || options.CertificateFile.Length > 0)
        {
            Try(() => _certificate.Get(), "CertificateFile and KeyFile", mistakes);
        }

        Try(() => _trusted.Get(), "TrustedCertificatesFile", mistakes);
        if (isSilo && options.SiloName.Length > 0 && !options.RequirePeerCertificate)
        {
            mistakes.Add("Cluster:Tls SiloName needs RequirePeerCertificate: who shows no certificate has no name.");
        }

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
        return await ProtectAsync(encrypted, encrypted.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = options.SiloName,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateContext = options.CertificateFile.Length > 0 ? _certificate.Get() : null,
                CertificateChainPolicy = Policy(),
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    IsTrusted(certificate, errors) && IsSilo(certificate),
            },
            cancellation));
    }

    internal async Task<Stream> AcceptAsync(Stream plain, CancellationToken cancellation)
    {
        if (!options.IsEnabled)
        {
            return plain;
        }

        var encrypted = new SslStream(plain);
        return await ProtectAsync(encrypted, encrypted.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ServerCertificateContext = _certificate.Get(),
                ClientCertificateRequired = options.RequirePeerCertificate,
                CertificateChainPolicy = Policy(),
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    !options.RequirePeerCertificate || IsTrusted(certificate, errors),
            },
            cancellation));
    }

    /// <summary>Whether the peer at the other end of that stream may be a silo.</summary>
    internal bool MayBeSilo(Stream stream) =>
        stream is not SslStream encrypted || IsSilo(encrypted.RemoteCertificate);

    private static async Task<Stream> ProtectAsync(SslStream encrypted, Task authentication)
    {
        try
        {
            await authentication;
            return encrypted;
        }
        catch (Exception e)
        {
            await encrypted.DisposeAsync();
            if (e is OperationCanceledException)
            {
                throw;
            }

            throw new HandshakeException(
                $"TLS failed: {e.Message} Check Cluster:Tls on both sides: certificates, their authority, their dates, "
                + "SiloName.", e);
        }
    }

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
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(_trusted.Get());
        return policy;
    }

    private static SslStreamCertificateContext MakeCertificate(string certificate, string key)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificate);
        return SslStreamCertificateContext.Create(
            X509Certificate2.CreateFromPem(certificate, key), chain, offline: true);
    }

    private static X509Certificate2Collection MakeTrusted(string text)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(text);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("It holds no certificate.");
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
