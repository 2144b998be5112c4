using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;
using Sluice.Testing;

namespace Sluice.EndToEnd.Processes;

/// <summary>An edge that clients reach over TLS, without a proxy in front.</summary>
public sealed class EdgeTlsTests(Databases databases)
{
    [Fact]
    public async Task Calls_are_served_over_TLS_and_browsers_are_told_to_stay_there()
    {
        using var folder = new TempFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(
            TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var port = FreePort.Next();
        await using var pool = await SharedSluice.PoolAsync(new SimulatedPoolOptions());
        await using var silo = await RunningSilo.StartAsync(folder, await databases.NewAsync(), port);
        var access = await silo.Admins.NewAccessAsync(Limits.Slots(10));
        await using var edge = await RunningEdge.StartAsync(
            port, pool.Address,
            ("Edge__CertificateFile", folder.Write("tls.crt", certificate.ExportCertificatePem())),
            ("Edge__CertificateKeyFile", folder.Write("tls.key", key.ExportPkcs8PrivateKeyPem())));
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) =>
                    shown!.GetCertHashString() == certificate.GetCertHashString(),
            },
        };
        using var http = new HttpClient(handler);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", access.Key);

        using var answer = await http.PostAsync(
            new Uri(edge.Edge, EdgeClient.Chat),
            new StringContent(EdgeClient.ChatBody(), Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json")),
            Patience.Token);

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("https", edge.Edge.Scheme);
        Assert.Equal(
            ["max-age=63072000; includeSubDomains"], answer.Headers.GetValues("Strict-Transport-Security"));
    }
}
