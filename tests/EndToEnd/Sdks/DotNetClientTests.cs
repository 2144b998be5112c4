using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using OpenAI.Chat;
using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Sdks;

/// <summary>What someone sees who has the official .NET client and changed nothing but its address and key.</summary>
public sealed class DotNetClientTests(SharedSluice shared)
{
    private static readonly ChatMessage[] Hello = [new UserChatMessage("Hello")];

    [Fact]
    public async Task A_chat_is_answered_with_its_usage()
    {
        using var client = await ClientAsync();

        ChatCompletion answer = await client.Chat().CompleteChatAsync(Hello, null, Patience.Token);

        Assert.Equal(EdgeClient.Model, answer.Model);
        Assert.NotEmpty(answer.Content[0].Text);
        Assert.True(answer.Usage.InputTokenCount > 0);
        Assert.True(answer.Usage.OutputTokenCount > 0);
    }

    [Fact]
    public async Task A_stream_has_text_and_the_usage_that_this_client_always_asks_for()
    {
        using var client = await ClientAsync();
        var text = new StringBuilder();
        var usages = new List<ChatTokenUsage>();

        await foreach (var update in client.Chat().CompleteChatStreamingAsync(Hello, null, Patience.Token))
        {
            text.AppendJoin("", update.ContentUpdate.Select(part => part.Text));
            if (update.Usage is { } usage)
            {
                usages.Add(usage);
            }
        }

        Assert.True(text.Length > 0);
        Assert.True(Assert.Single(usages).OutputTokenCount > 0);
    }

    [Fact]
    public async Task A_stream_without_the_question_for_usage_has_none()
    {
        using var client = await ClientAsync();
        using var body = BinaryContent.Create(BinaryData.FromString(EdgeClient.ChatBody("\"stream\":true")));

        var result = await client.Chat().CompleteChatAsync(
            body, new RequestOptions { BufferResponse = false, CancellationToken = Patience.Token });

        using var reader = new StreamReader(result.GetRawResponse().ContentStream!);
        var text = await reader.ReadToEndAsync(Patience.Token);
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"usage\":{", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_are_answered()
    {
        using var client = await ClientAsync();

        var answer = await client.Embeddings("qwen3-32b").GenerateEmbeddingsAsync(["one", "two"], null, Patience.Token);

        Assert.Equal(2, answer.Value.Count);
        Assert.NotEqual(0, answer.Value[0].ToFloats().Length);
        Assert.True(answer.Value.Usage.InputTokenCount > 0);
    }

    [Fact]
    public async Task The_models_of_the_plan_are_listed_and_others_are_not()
    {
        using var client = await ClientAsync(use: ["deepseek-*"], see: ["qwen3-32b"]);

        var models = await client.Models.GetModelsAsync(Patience.Token);
        var one = await client.Models.GetModelAsync("deepseek-ocr", Patience.Token);

        Assert.Equal(["deepseek-chat", "deepseek-ocr", "qwen3-32b"], models.Value.Select(model => model.Id));
        Assert.Equal("deepseek-ocr", one.Value.Id);
    }

    [Fact]
    public async Task A_wrong_key_is_401_and_not_repeated()
    {
        var access = await shared.Admins.NewAccessAsync();
        using var client = new DotNetClient(shared.Sluice, WrongKeys.OtherSecret(access.Key));

        var error = await FailureAsync(client.Chat());

        Assert.Equal(401, error.Status);
        Assert.Contains("invalid_api_key", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, client.Sent);
    }

    [Fact]
    public async Task A_model_that_may_be_seen_and_not_used_is_403()
    {
        using var client = await ClientAsync(use: ["deepseek-chat"], see: ["qwen3-32b"]);

        var error = await FailureAsync(client.Chat("qwen3-32b"));

        Assert.Equal(403, error.Status);
        Assert.Contains("model_not_allowed", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, client.Sent);
    }

    [Fact]
    public async Task A_model_that_may_not_be_seen_is_404_like_one_that_does_not_exist()
    {
        using var client = await ClientAsync(use: ["deepseek-chat"], see: []);

        var hidden = await FailureAsync(client.Chat("qwen3-32b"));
        var missing = await FailureAsync(client.Chat("no-such-model"));
        var described = await Assert.ThrowsAsync<ClientResultException>(
            () => client.Models.GetModelAsync("qwen3-32b", Patience.Token));

        Assert.Equal((404, 404, 404), (hidden.Status, missing.Status, described.Status));
        Assert.Equal(
            hidden.Message.Replace("qwen3-32b", "X", StringComparison.Ordinal),
            missing.Message.Replace("no-such-model", "X", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rate_limit_is_waited_for_by_the_client_itself()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Rate(1, "1s", burst: 1));
        using var client = new DotNetClient(shared.Sluice, access.Key);

        for (var i = 0; i < 3; i++)
        {
            await client.Chat().CompleteChatAsync(Hello, null, Patience.Token);
        }

        Assert.True(client.Sent > 3, "No request was refused, so nothing was waited for.");
    }

    /// <summary>
    /// This client repeats every 429, whatever it is told: its policy looks at the status only. So the repeats must be
    /// refused like the first, take nothing, and never reach the pool.
    /// </summary>
    [Fact]
    public async Task An_exhausted_quota_is_429_and_stays_so()
    {
        var access = await shared.Admins.NewAccessAsync(Limits.Quota(1));
        using var client = new DotNetClient(shared.Sluice, access.Key);
        await client.Chat().CompleteChatAsync(Hello, null, Patience.Token);
        var before = client.Sent;

        var error = await FailureAsync(client.Chat());

        Assert.Equal(429, error.Status);
        Assert.Contains("insufficient_quota", error.Message, StringComparison.Ordinal);
        Assert.InRange(client.Sent - before, 1, 4);
        Assert.Equal(1, (await shared.Admins.StateAsync(access.ClientId)).Used["monthly"]);
    }

    [Fact]
    public async Task An_image_is_read()
    {
        using var client = await ClientAsync();
        var page = new UserChatMessage(
            ChatMessageContentPart.CreateTextPart("Read this page"),
            ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(new byte[] { 1, 2, 3 }), "image/png"));

        ChatCompletion answer = await client.Chat("deepseek-ocr").CompleteChatAsync([page], null, Patience.Token);

        Assert.True(answer.Usage.InputTokenCount > 256); // An image costs 256 tokens in this pool.
    }

    private static Task<ClientResultException> FailureAsync(ChatClient chat) =>
        Assert.ThrowsAsync<ClientResultException>(() => chat.CompleteChatAsync(Hello, null, Patience.Token));

    private async Task<DotNetClient> ClientAsync(string[]? use = null, string[]? see = null) => new(
        shared.Sluice, (await shared.Admins.NewAccessAsync("user", use ?? ["*"], see ?? [])).Key);
}
