using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Hosting;
using Sluice.Rules.Keys;
using Sluice.SimulatedPool;
using Sluice.Testing;

namespace Sluice.EndToEnd.Secrets;

/// <summary>
/// After everything that has to do with secrets was done once, nothing of any is in the database or in a log, in
/// whatever way it might be written; nor anything of what clients asked models.
/// </summary>
public sealed class DumpTests(Databases databases)
{
    private const string Prompt = "the-lighthouse-keeper-counts-his-geese";
    private const string MasterKey = "7f3a9c5e1b2d4f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8";

    // By whom a secret would be found first.
    private readonly List<(string What, byte[] Bytes)> _secrets = [];

    [Fact]
    public async Task Nothing_secret_is_in_a_dump_of_the_database_or_in_any_log()
    {
        using var folder = new TempFolder();
        folder.Write("master.key", MasterKey);
        var (port, edgePort) = (FreePort.Next(), FreePort.Next());
        var issuer = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{edgePort}");
        await using var pool = await SharedSluice.PoolAsync(
            new SimulatedPoolOptions { ApiKey = SharedSluice.PoolKey });
        var database = await databases.NewAsync();
        string clientId;
        var logs = new StringBuilder();
        (string, string)[] talkative = [("Logging__LogLevel__Default", "Debug")];
        await using (var silo = await RunningSilo.StartAsync(
            folder, database, port, [("Tokens__Issuer", issuer), ("Tokens__ClientCredentials", "true"), .. talkative]))
        {
            await using (var edge = await RunningEdge.StartAsync(
                port, pool.Address,
                [
                    ("Edge__Port", edgePort.ToString(CultureInfo.InvariantCulture)),
                    ("Edge__Pools__0__KeyFile", folder.Write("pool.key", SharedSluice.PoolKey)), .. talkative,
                ]))
            {
                clientId = await DoEverythingAsync(silo, edge);
                edge.Program.Terminate();
                await edge.Program.Exited.WaitAsync(Patience.Token);
                logs.Append(edge.Program.Output.All);
            }

            var adminKey = await File.ReadAllTextAsync(folder.In("admin.key"), Patience.Token);
            KnowKey("the administrator's key", adminKey.Trim());
            silo.Program.Terminate();
            await silo.Program.Exited.WaitAsync(Patience.Token);
            logs.Append(silo.Program.Output.All);
        }

        Know("the pool's key", SharedSluice.PoolKey);
        Know("the database's password", PostgreSqlServer.Password);
        Know("the master key", Convert.FromHexString(MasterKey));
        Know("what MACs are made with", HKDF.DeriveKey(
            HashAlgorithmName.SHA256, Convert.FromHexString(MasterKey), 32, [], "sluice|client-key-mac"u8.ToArray()));
        Know("a prompt", Prompt);
        var places = new Dictionary<string, string>(await DumpAsync(database)) { ["the logs"] = logs.ToString() };

        Assert.Contains(clientId, places["grain_state"], StringComparison.Ordinal); // What is there is found.
        Assert.Contains(clientId, places["the logs"], StringComparison.Ordinal);
        Assert.Contains("\\\"status\\\":200", places["call_log"], StringComparison.Ordinal);
        Assert.NotEmpty(places["audit_record"]);
        foreach (var (what, bytes) in _secrets)
        {
            foreach (var written in WaysToWrite(bytes))
            {
                foreach (var (place, text) in places)
                {
                    Assert.False(text.Contains(written, StringComparison.Ordinal), $"{place} holds {what}.");
                }
            }
        }
    }

    private async Task<string> DoEverythingAsync(RunningSilo silo, RunningEdge edge)
    {
        var access = await silo.Admins.NewAccessAsync(Limits.Slots(10));
        KnowKey("a key", access.Key);
        var client = edge.With(access.Key);
        (await client.SendAsync(client.Request(HttpMethod.Post, EdgeClient.Chat, Asking()))).Is(200);
        (await client.SendAsync(client.Request(HttpMethod.Post, EdgeClient.Chat, Asking("\"stream\":true")))).Is(200);
        var asked = client.Request(HttpMethod.Post, EdgeClient.Chat + "?key=" + access.Key, Asking(model: "none"));
        (await client.SendAsync(asked)).IsError(404, "model_not_found");
        var wrong = WrongKeys.Mistyped(access.Key);
        (await edge.With(wrong).ChatAsync()).IsError(401, "invalid_api_key");
        (await edge.With(WrongKeys.OtherClient(access.Key)).ChatAsync()).IsError(401, "invalid_api_key");
        await DoTokensAsync(edge, access.Key);

        var path = $"clients/{access.ClientId}/keys/key-1/rotations";
        var rotated = (await silo.Admins.PostAsync(path, new { rotationId = "r1" })).Text("key");
        KnowKey("a rotated key", rotated);
        Assert.Equal(rotated, (await silo.Admins.GetAsync($"{path}/r1/secret")).Is(HttpStatusCode.OK).Text("key"));
        (await edge.With(rotated).ChatAsync()).Is(200);
        var second = await silo.Admins.NewAccessAsync(Limits.Slots(10));
        KnowKey("a leaked key", second.Key);
        using var report = new StringContent(
            JsonSerializer.Serialize(new { key = second.Key, found = $"in {second.Key}" }), Encoding.UTF8,
            "application/json");
        using var leaked = await edge.Http.PostAsync("/leaked-keys", report, Patience.Token);
        Assert.Equal(200, (int)leaked.StatusCode);
        (await silo.Admins.GetAsync("audit")).Is(HttpStatusCode.OK);
        return access.ClientId;
    }

    private async Task DoTokensAsync(RunningEdge edge, string key)
    {
        var issued = await PostAsync(edge, "/oauth/token", new()
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token"] = key,
            ["subject_token_type"] = "urn:sluice:params:oauth:token-type:api-key",
        });
        var refresh = (string)issued["refresh_token"]!;
        Know("an access token", (string)issued["access_token"]!);
        Know("a refresh token", refresh);
        Know("an access token's signature", ((string)issued["access_token"]!).Split('.')[2]);
        (await edge.With((string)issued["access_token"]!).ChatAsync()).Is(200);
        var again = await PostAsync(
            edge, "/oauth/token", new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refresh });
        Know("a second refresh token", (string)again["refresh_token"]!);
        using var reuse = await edge.Http.PostAsync(
            "/oauth/token",
            new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "refresh_token", ["refresh_token"] = refresh[..^2] + "xx",
            }),
            Patience.Token);
        Assert.Equal(400, (int)reuse.StatusCode);
        (await edge.With((string)again["access_token"]! + "x").ChatAsync()).IsError(401, "invalid_token");
    }

    private static async Task<JsonNode> PostAsync(RunningEdge edge, string path, Dictionary<string, string> form)
    {
        using var answer = await edge.Http.PostAsync(path, new FormUrlEncodedContent(form), Patience.Token);
        var body = await answer.Content.ReadAsStringAsync(Patience.Token);
        Assert.True(answer.IsSuccessStatusCode, body);
        return JsonNode.Parse(body)!;
    }

    private static string Asking(string? more = null, string model = EdgeClient.Model) =>
        EdgeClient.ChatBody(more, model).Replace("Hello", Prompt, StringComparison.Ordinal);

    /// <summary>Its secret, and the digest of it that edges send: whoever has that could call too.</summary>
    private void KnowKey(string what, string key)
    {
        Assert.Equal(KeyTextFault.None, KeyText.TryParse(key, out var parsed));
        Know(what, parsed.Secret);
        Know($"the digest of {what}", SHA256.HashData(Encoding.ASCII.GetBytes(parsed.Secret)));
    }

    private void Know(string what, string text) => Know(what, Encoding.UTF8.GetBytes(text));

    private void Know(string what, byte[] bytes) => _secrets.Add((what, bytes));

    /// <summary>As it is, in both bases of hexadecimal and both of base 64 that programs write.</summary>
    private static IEnumerable<string> WaysToWrite(byte[] bytes)
    {
        var base64 = Convert.ToBase64String(bytes).TrimEnd('=');
        yield return Convert.ToHexString(bytes);
        yield return Convert.ToHexStringLower(bytes);
        yield return base64[..^1]; // Its last character depends on what comes behind.
        yield return base64[..^1].Replace('+', '-').Replace('/', '_');
        if (bytes.All(one => one is >= 32 and < 127))
        {
            yield return Encoding.ASCII.GetString(bytes);
        }
    }

    /// <summary>Every row of every table, as JSON, by table.</summary>
    private static async Task<Dictionary<string, string>> DumpAsync(string database)
    {
        var url = new UriBuilder(database);
        await using var source = NpgsqlDataSource.Create(
            $"Host={url.Host};Port={url.Port};Username={url.UserName};Password={url.Password};"
            + $"Database={url.Path.Trim('/')}");
        var tables = await RowsAsync(
            source, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename");
        var dump = new Dictionary<string, string>();
        foreach (var table in tables)
        {
            dump[table] = string.Join('\n', await RowsAsync(source, $"SELECT row_to_json(t)::text FROM \"{table}\" t"));
        }

        return dump;
    }

    private static async Task<List<string>> RowsAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Patience.Token);
        var rows = new List<string>();
        while (await reader.ReadAsync(Patience.Token))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
