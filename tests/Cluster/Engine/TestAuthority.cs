using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sluice.Cluster.Engine;

/// <summary>A certificate authority of one test, with its files in a folder of the test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("authority").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private int _issued;

    internal TestAuthority(string name = "authority")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _certificate = request.CreateSelfSigned(_now.AddDays(-9), _now.AddDays(9));
        File.WriteAllText(AuthorityFile, _certificate.ExportCertificatePem());
    }

    internal string AuthorityFile => At("authority.pem");

    /// <summary>Writes a certificate and its key.</summary>
    /// <param name="name">Of the files.</param>
    /// <param name="role">The DNS name that it carries.</param>
    /// <param name="isOver">It ended yesterday.</param>
    internal TestAuthority Issue(string name, string role, bool isOver = false)
    {
        var (certificate, key) = Make(role, isOver);
        File.WriteAllText(At($"{name}.pem"), certificate);
        File.WriteAllText(At($"{name}.key"), key);
        return this;
    }

    internal (string Certificate, string Key) Make(string role, bool isOver = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={role}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(role);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(
            _certificate, _now.AddDays(-2), _now.AddDays(isOver ? -1 : 1), [1, .. BitConverter.GetBytes(++_issued)]);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Shows that certificate, and believes this authority.</summary>
    internal void Use(Sluice.Actors.Hosting.ClusterTlsOptions tls, string? name, TestAuthority? believed = null)
    {
        tls.CertificateFile = name is null ? "" : At($"{name}.pem");
        tls.KeyFile = name is null ? "" : At($"{name}.key");
        tls.TrustedCertificatesFile = (believed ?? this).AuthorityFile;
        tls.SiloName = "silo.test";
    }

    internal string At(string file) => Path.Combine(_folder, file);

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
