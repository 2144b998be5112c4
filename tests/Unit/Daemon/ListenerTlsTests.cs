using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Daemon.Running;
using Sluice.Testing;
using Xunit;

namespace Sluice.Unit.Daemon;

/// <summary>
/// Guards a listener's certificate: it is replaced without a restart, and never by one that does not work.
/// </summary>
public sealed class ListenerTlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-tls-").FullName;
    private readonly ManualTime _time = new();

    private string CertificateFile => Path.Combine(_folder, "tls.crt");

    private string KeyFile => Path.Combine(_folder, "tls.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_listener_with_a_certificate_speaks_TLS_and_a_new_one_serves_the_next_connection()
    {
        Write("first");
        await using var app = await StartAsync();

        var first = await ConnectAsync(app.Address);
        Write("second");
        var same = await ConnectAsync(app.Address);
        _time.Advance(ListenerTls.LookPeriod);
        var second = await ConnectAsync(app.Address);

        Assert.Equal(("CN=first", "CN=first", "CN=second"), (first.Subject, same.Subject, second.Subject));
        Assert.True(first.Protocol is SslProtocols.Tls12 or SslProtocols.Tls13, $"{first.Protocol}");
        Assert.Equal("https", app.Address.Scheme);
    }

    [Fact]
    public async Task Files_that_do_not_fit_leave_the_former_certificate_until_they_do()
    {
        Write("first");
        await using var app = await StartAsync();
        await ConnectAsync(app.Address);

        foreach (var rubbish in (string[])["", "no certificate", "-----BEGIN CERTIFICATE-----"])
        {
            await File.WriteAllTextAsync(CertificateFile, rubbish, TestContext.Current.CancellationToken);
            _time.Advance(ListenerTls.LookPeriod);
            Assert.Equal("CN=first", (await ConnectAsync(app.Address)).Subject);
        }

        File.Delete(CertificateFile);
        _time.Advance(ListenerTls.LookPeriod);
        Assert.Equal("CN=first", (await ConnectAsync(app.Address)).Subject);
        Write("second");
        _time.Advance(ListenerTls.LookPeriod);
        Assert.Equal("CN=second", (await ConnectAsync(app.Address)).Subject);
    }

    [Fact]
    public async Task What_is_older_than_TLS_1_2_is_not_spoken()
    {
        Write("first");

        var options = new ListenerTls(CertificateFile, KeyFile, _time).Current(NullLogger.Instance);

        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, options.EnabledSslProtocols);
        await using var app = await StartAsync();
        using var plain = new HttpClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => plain.GetAsync(
            new UriBuilder(app.Address) { Scheme = "http" }.Uri, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Mistakes_in_the_settings_are_told_without_what_is_in_the_files()
    {
        Assert.Null(ListenerTls.MistakeIn("", ""));
        Assert.Contains("both files", ListenerTls.MistakeIn("a", ""), StringComparison.Ordinal);
        Assert.Contains("cannot be read", ListenerTls.MistakeIn(CertificateFile, KeyFile), StringComparison.Ordinal);
        Write("first");
        Assert.Null(ListenerTls.MistakeIn(CertificateFile, KeyFile));
        File.WriteAllText(KeyFile, "secret");
        var mistake = ListenerTls.MistakeIn(CertificateFile, KeyFile)!;
        Assert.Contains("no certificate with its key", mistake, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", mistake, StringComparison.Ordinal);
        Assert.Null(ListenerTls.Of(null, null));
    }

    private async Task<Serving> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var port = new ListeningPort(builder, "--port", new ListenerTls(CertificateFile, KeyFile, _time));
        var app = builder.Build();
        app.MapGet("/", () => Results.Ok());
        port.Take("127.0.0.1", 0);
        await port.ServeAsync(app, TestContext.Current.CancellationToken);
        return new Serving(app, port);
    }

    private static async Task<(string Subject, SslProtocols Protocol)> ConnectAsync(Uri address)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        var subject = "";
        await using var tls = new SslStream(client.GetStream(), false, (_, certificate, _, _) =>
        {
            subject = certificate!.Subject; // Its own authority, so nobody could judge it.
            return subject.Length > 0;
        });
        await tls.AuthenticateAsClientAsync("localhost").Within();
        return (subject, tls.SslProtocol);
    }

    private void Write(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(
            TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    private sealed class Serving(WebApplication app, ListeningPort port) : IAsyncDisposable
    {
        public Uri Address => port.Address;

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
            port.Dispose();
        }
    }
}
