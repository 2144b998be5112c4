using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Orleans.Connections.Security;

namespace Sluice.OrleansHosting;

/// <summary>
/// Tells Orleans how to protect its connections. Files are read at each handshake, which is rare, so that a renewed
/// certificate needs no restart.
/// </summary>
internal sealed class ClusterTls(ClusterTlsOptions options)
{
    public void Configure(TlsOptions tls)
    {
        // Orleans wants one to begin with; what a handshake presents is set below.
        tls.LocalCertificate = Load();
        tls.RemoteCertificateMode = options.RequirePeerCertificate
            ? RemoteCertificateMode.RequireCertificate
            : RemoteCertificateMode.AllowCertificate;
        tls.OnAuthenticateAsServer = (_, handshake) =>
        {
            var server = (SslServerAuthenticationOptions)handshake.SslServerAuthenticationOptions;
            server.ServerCertificateSelectionCallback = null;
            server.ServerCertificateContext = Context();
            server.CertificateChainPolicy = Trust();
        };
        tls.OnAuthenticateAsClient = (connection, handshake) =>
        {
            var client = (SslClientAuthenticationOptions)handshake.SslClientAuthenticationOptions;
            client.TargetHost = options.PeerName.Length > 0 ? options.PeerName : HostOf(connection);
            client.ClientCertificates = null;
            client.ClientCertificateContext = Context();
            client.CertificateChainPolicy = Trust();
        };
    }

    private static string HostOf(ConnectionContext connection) => connection.RemoteEndPoint switch
    {
        IPEndPoint address => address.Address.ToString(),
        DnsEndPoint name => name.Host,
        _ => throw new InvalidOperationException(
            $"A connection to '{connection.RemoteEndPoint}' cannot be protected: set Cluster:Tls:PeerName."),
    };

    private X509Certificate2 Load() => X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile);

    private SslStreamCertificateContext Context()
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.CertificateFile);
        return SslStreamCertificateContext.Create(Load(), chain, offline: true);
    }

    /// <summary>
    /// Only our own authorities. Lists of revoked certificates are not asked for: short lives stand in for them.
    /// </summary>
    private X509ChainPolicy Trust()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(options.TrustedCertificatesFile);
        return policy;
    }
}
