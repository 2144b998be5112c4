using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Sluice.Actors.Hosting;
using Sluice.Actors.Wire;
using Sluice.Testing;

namespace Sluice.Cluster.Engine;

/// <summary>Connections under TLS, with certificates on both sides.</summary>
public sealed class TlsTests : IAsyncDisposable
{
    private readonly EngineCluster _cluster = new();
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _foreign = new("foreign");

    public TlsTests()
    {
        _authority.Issue("silo", "silo.test").Issue("edge", "edge.test").Issue("old", "edge.test", isOver: true)
            .Issue("old-silo", "silo.test", isOver: true);
        _foreign.Issue("edge", "edge.test").Issue("silo", "silo.test");
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _authority.Dispose();
        _foreign.Dispose();
    }

    [Fact]
    public async Task Silos_and_clients_with_the_right_certificates_work_together()
    {
        var one = await StartSiloAsync("one");
        await StartSiloAsync("two");
        var client = await StartClientAsync(one, "edge");

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(2, await client.Client.GetGrain<INote>($"a{i}").Ask($"b{i}", 2).Within());
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("old")]
    public async Task A_client_without_a_certificate_that_counts_gets_nothing(string? certificate)
    {
        var silo = await StartSiloAsync("one");

        await StartClientAsync(silo, certificate, connected: false);

        await Eventually.True(() => _cluster.Log.Has("was turned away: TLS failed"), "The silo says why.");
        await Eventually.True(() => _cluster.Log.Has("No silo answers"), "The client says so.");
        await LivesAsync(silo);
    }

    [Fact]
    public async Task A_client_of_another_authority_gets_nothing()
    {
        var silo = await StartSiloAsync("one");

        var client = await _cluster.StartClientAsync(
            silo, options => _foreign.Use(options.Tls, "edge", _authority), connected: false);

        await Eventually.True(() => _cluster.Log.Has("was turned away: TLS failed"), "The silo says why.");
        Assert.False(client.IsConnected);
        await LivesAsync(silo);
    }

    [Fact]
    public async Task A_client_believes_only_its_own_authority_and_only_silos()
    {
        var foreign = await _cluster.StartSiloAsync(
            "foreign", options => _foreign.Use(options.Tls, "silo", _authority));
        var client = await StartClientAsync(foreign, "edge", connected: false);

        await Eventually.True(() => _cluster.Log.Has("TLS failed"), "The client says why.");
        await Eventually.True(() => _cluster.Log.Has("SiloName"), "The client says what to check.");
        Assert.False(client.IsConnected);
    }

    [Fact]
    public async Task A_silo_whose_certificate_has_ended_is_not_believed()
    {
        var old = await _cluster.StartSiloAsync("old", options => _authority.Use(options.Tls, "old-silo"));

        var client = await StartClientAsync(old, "edge", connected: false);

        await Eventually.True(() => _cluster.Log.Has("TLS failed"), "The client says why.");
        Assert.False(client.IsConnected);
    }

    [Fact]
    public async Task Who_says_it_is_a_silo_with_the_certificate_of_a_client_gets_no_frame()
    {
        var silo = await StartSiloAsync("one");
        await using var peer = await RawPeer.ConnectAsync(silo);
        await using var encrypted = new SslStream(peer.Stream);
        await encrypted.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "silo.test",
            ClientCertificates =
            [
                X509Certificate2.CreateFromPemFile(_authority.At("edge.pem"), _authority.At("edge.key")),
            ],
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(_authority.AuthorityFile) },
            },
        }, TestContext.Current.CancellationToken).Within();

        await Assert.ThrowsAsync<HandshakeException>(() => Handshake.GreetAsync(
            encrypted, Handshake.GreetingOf("sluice", 99, "liar"), CancellationToken.None).Within());

        await Eventually.True(() => _cluster.Log.Has("no certificate of a silo"), "The silo says why.");
        await LivesAsync(silo);
    }

    [Fact]
    public async Task Who_does_not_speak_TLS_gets_nothing()
    {
        var silo = await StartSiloAsync("one");

        await _cluster.StartClientAsync(silo, connected: false);

        await Eventually.True(() => _cluster.Log.Has("was turned away: TLS failed"), "The silo says why.");
        await LivesAsync(silo);
    }

    [Fact]
    public async Task A_certificate_that_was_replaced_is_shown_by_the_next_connection()
    {
        _authority.Issue("rotating", "silo.test", isOver: true);
        var silo = await _cluster.StartSiloAsync("one", options => _authority.Use(options.Tls, "rotating"));
        var client = await StartClientAsync(silo, "edge", connected: false);
        await Eventually.True(() => _cluster.Log.Has("TLS failed"), "The old certificate is shown first.");

        var (certificate, key) = _authority.Make("silo.test");
        await File.WriteAllTextAsync(_authority.At("rotating.pem"), certificate, TestContext.Current.CancellationToken);
        await Eventually.True(() => _cluster.Log.Has("what they held before is used"), "The halves do not fit yet.");
        await File.WriteAllTextAsync(_authority.At("rotating.key"), key, TestContext.Current.CancellationToken);

        await Eventually.True(() => client.IsConnected, "The new certificate is believed.");
        await LivesAsync(silo);
    }

    [Fact]
    public async Task Settings_that_cannot_work_are_named_at_the_start()
    {
        var start = _cluster.StartSiloAsync("one", options =>
        {
            _authority.Use(options.Tls, "missing");
            options.Tls.TrustedCertificatesFile = _authority.At("silo.key");
            options.Tls.RequirePeerCertificate = false;
        });

        var failure = await Assert.ThrowsAsync<ActorConfigurationException>(() => start);

        Assert.Contains("CertificateFile and KeyFile cannot be used", failure.Message, StringComparison.Ordinal);
        Assert.Contains("TrustedCertificatesFile cannot be used", failure.Message, StringComparison.Ordinal);
        Assert.Contains("SiloName needs RequirePeerCertificate", failure.Message, StringComparison.Ordinal);
    }

    private Task<EngineSilo> StartSiloAsync(string name) =>
        _cluster.StartSiloAsync(name, options => _authority.Use(options.Tls, "silo"));

    private Task<ActorHost> StartClientAsync(EngineSilo silo, string? certificate, bool connected = true) =>
        _cluster.StartClientAsync(silo, options => _authority.Use(options.Tls, certificate), connected);

    private async Task LivesAsync(EngineSilo silo)
    {
        var client = await StartClientAsync(silo, "edge");
        Assert.Equal(1, await client.Client.GetGrain<INote>("alive").Add(1).AsTask().Within());
    }
}
